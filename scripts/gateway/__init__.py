"""The checks of scripts/check-gateway."""
