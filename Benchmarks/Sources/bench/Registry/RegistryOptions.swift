// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroConsul
import MicroEtcd
import MicroMemory

/// Which registry is measured, and where it is.
struct RegistryOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case consul, etcd, memory
    }

    @Option(help: "The kind of registry; memory is that of one process.")
    var registry = Kind.consul

    @Option(help: "The address of the registry's HTTP interface, HOST:PORT; memory has none.")
    var address = ""

    /// A client of its own.
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
        case .memory: return MemoryRegistry()
        }
    }
}
