# The settings of the Consul of development and of the tests, shared by the container and by the child process
# that the tests start. Only keys that Consul 1.8 and 1.21 both know. What differs by place comes by flag:
#   consul agent -dev -config-dir docker/consul -bind 127.0.0.1 -http-port …

# Nothing calls home.
disable_update_check = true

# No metrics are collected, so none can be sent.
telemetry {
  filter_default = false
}

# -dev alone logs every request.
log_level = "WARN"
