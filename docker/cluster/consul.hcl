# Settings of a member of a cluster of three, in addition to consul/consul.hcl. Settings that vary are flags:
#   consul agent -config-dir docker/consul -config-file docker/cluster/consul.hcl -data-dir … -node … -retry-join …

server           = true
bootstrap_expect = 3

# With the default, 5, which is for small machines, electing a leader takes several seconds.
performance {
  raft_multiplier = 1
}

# Members start at the same time: one that finds no other yet retries soon.
retry_interval = "1s"
