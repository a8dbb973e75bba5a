// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroConsul
import MicroEtcd
import MicroKubernetes
import MicroMemory

/// The registry to measure, and its address.
struct RegistryOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case consul, etcd, kubernetes, memory
    }

    @Option(help: "The kind of registry; memory is limited to one process.")
    var registry = Kind.consul

    @Option(help: "The address of the registry's HTTP interface, HOST:PORT; not used with memory.")
    var address = ""

    @Option(help: "The certificate authority of a Kubernetes API server, a file.")
    var certificateAuthority = ""

    @Option(help: "A file with the bearer token for a Kubernetes API server.")
    var tokenFile = ""

    /// Creates a client.
    func client() throws -> any Registry {
        switch registry {
        case .consul:
            var configuration = ConsulConfiguration()
            configuration.address = address
            return try ConsulRegistry(configuration: configuration)
        case .etcd:
            var configuration = EtcdConfiguration()
            configuration.address = address
            return try EtcdRegistry(configuration: configuration)
        case .kubernetes:
            var configuration = KubernetesConfiguration()
            configuration.address = address
            configuration.tls.certificateAuthorityFile = certificateAuthority
            configuration.tokenFile = tokenFile
            return try KubernetesRegistry(configuration: configuration)
        case .memory: return MemoryRegistry()
        }
    }
}
