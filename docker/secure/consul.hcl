# What a Consul with TLS and ACLs has beside consul/consul.hcl. Some of the keys, here and in the flags, are deprecated:
# they are the ones that 1.8 and 1.21 both know. What differs by place comes by flag:
#   consul agent -dev -config-dir docker/consul -config-file docker/secure/consul.hcl -https-port 8501
#     -hcl 'cert_file = "…"' -hcl 'key_file = "…"' -hcl 'acl { tokens { master = "…" } }' -hcl 'acl { tokens { agent = "…" } }'

# HTTPS only.
ports {
  http = -1
}

# Who has no token sees nothing.
acl {
  enabled        = true
  default_policy = "deny"
}
