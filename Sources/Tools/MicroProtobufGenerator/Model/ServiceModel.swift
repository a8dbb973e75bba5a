// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// A service with the names of its generated types.
struct ServiceModel {
    let descriptor: ServiceDescriptor
    /// The first part of the names of endpoints, as go-micro has it: the name without the package.
    let endpointPrefix: String
    /// The protocol to implement, such as `GreeterService`.
    let protocolName: String
    /// The client, such as `GreeterClient`.
    let clientName: String
    /// The descriptors of the endpoints, such as `GreeterEndpoints`.
    let endpointsName: String
    let methods: [MethodModel]

    init(_ descriptor: ServiceDescriptor, namer: SwiftProtobufNamer, naming: GeneratorOptions.ServiceNaming) {
        self.descriptor = descriptor
        let prefix = SwiftNames.goCamelCase(descriptor.name)
        let stem = (naming == .package ? namer.typePrefix(forFile: descriptor.file) : "") + prefix
        endpointPrefix = prefix
        protocolName = stem.hasSuffix("Service") ? stem : stem + "Service"
        clientName = stem + "Client"
        endpointsName = stem + "Endpoints"
        methods = descriptor.methods.map { MethodModel($0, endpointPrefix: prefix, namer: namer) }
    }

    var typeNames: [String] { [protocolName, clientName, endpointsName] }
}
