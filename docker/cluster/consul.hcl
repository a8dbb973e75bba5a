# What a member of a cluster of three has beside consul/consul.hcl. What differs by place comes by flag:
#   consul agent -config-dir docker/consul -config-file docker/cluster/consul.hcl -data-dir … -node … -retry-join …

server           = true
bootstrap_expect = 3

# The default, 5, is for small machines: a new leader takes several seconds then.
performance {
  raft_multiplier = 1
}

# Members start at the same time: one that finds no other yet looks again soon.
retry_interval = "1s"
