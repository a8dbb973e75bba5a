# Settings of Consul with TLS and ACLs, in addition to consul/consul.hcl. Some keys, here and in the flags, are
# deprecated: they are supported by both 1.8 and 1.21. Settings that vary are flags:
#   consul agent -dev -config-dir docker/consul -config-file docker/secure/consul.hcl -https-port 8501
#     -hcl 'cert_file = "…"' -hcl 'key_file = "…"' -hcl 'acl { tokens { master = "…" } }' -hcl 'acl { tokens { agent = "…" } }'

# HTTPS only.
ports {
  http = -1
}

# Without a token, nothing is visible.
acl {
  enabled        = true
  default_policy = "deny"
}
