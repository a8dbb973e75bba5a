// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// A `.proto` file with the Swift names of its services and of the types that they use.
struct FileModel {
    let file: FileDescriptor
    let namer: SwiftProtobufNamer
    let services: [ServiceModel]
    /// The modules, other than the module of the generated file, that contain messages of the services.
    let messageModules: [String]

    init(_ file: FileDescriptor, options: GeneratorOptions) {
        self.file = file
        let namer = SwiftProtobufNamer(currentFile: file, protoFileToModuleMappings: options.mappings)
        self.namer = namer
        services = file.services.map { ServiceModel($0, namer: namer, naming: options.serviceNaming) }
        let modules = file.services.flatMap(\.methods).flatMap { [$0.inputType.file, $0.outputType.file] }
            .compactMap { $0.flatMap(options.mappings.moduleName(forFile:)) }
        messageModules = Set(modules).subtracting([options.mappings.moduleName(forFile: file) ?? ""]).sorted()
    }
}
