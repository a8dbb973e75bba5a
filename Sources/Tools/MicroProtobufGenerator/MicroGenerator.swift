// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import SwiftProtobuf
package import SwiftProtobufPluginLibrary

/// The generator behind `protoc-gen-micro-swift`. For each service of a `.proto` file, it generates a protocol to
/// implement, its registration, a client and the descriptors of its endpoints.
package struct MicroGenerator: CodeGenerator {
    package init() {}

    package var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] {
        [.proto3Optional, .supportsEditions]
    }

    package var supportedEditionRange: ClosedRange<Google_Protobuf_Edition> { DescriptorSet.bundledEditionsSupport }

    package var copyrightLine: String? { "Copyright (c) the swift-micro authors" }

    package func generate(
        files: [FileDescriptor], parameter: any CodeGeneratorParameter,
        protoCompilerContext: any ProtoCompilerContext, generatorOutputs: any GeneratorOutputs
    ) throws {
        let options = try GeneratorOptions(parameter.parsedPairs)
        let models = files.map { FileModel($0, options: options) }
        try NameCheck(models, options: options).run()
        for model in models where !model.services.isEmpty || options.writesEmptyFiles {
            let fileName = options.fileNaming.fileName(for: model.file.name)
            try generatorOutputs.add(fileName: fileName, contents: FileWriter(model, options: options).contents)
        }
    }
}
