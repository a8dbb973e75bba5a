# The settings of Consul for development and tests, shared by the container and the child processes
# that the tests start. Only keys that both Consul 1.8 and 1.21 support. Settings that vary are flags:
#   consul agent -dev -config-dir docker/consul -bind 127.0.0.1 -http-port …

# No requests to the vendor.
disable_update_check = true

# Collect no metrics, so that none can be sent.
telemetry {
  filter_default = false
}

# With -dev alone, Consul logs every request.
log_level = "WARN"
