// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Writes the descriptors of the endpoints of a service.
struct EndpointsWriter {
    let service: ServiceModel
    /// The access modifier with a trailing space; empty for internal.
    let access: String

    func write(to printer: inout CodePrinter) {
        printer.print()
        printer.print(
            "/// The endpoints of the service `\(service.descriptor.fullName)`.",
            "\(access)enum \(service.endpointsName) {")
        printer.withIndentation { printer in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { printer.print() }
                write(method, to: &printer)
            }
        }
        printer.print("}")
    }

    private func write(_ method: MethodModel, to printer: inout CodePrinter) {
        printer.print(
            method.documentation,
            "\(access)static let \(method.name) = Micro.EndpointDescriptor<\(method.requestType), \(method.responseType)>("
        )
        printer.withIndentation { printer in
            printer.print("\(SwiftNames.literal(method.endpoint)),")
            write(MessageShape(method.descriptor.inputType), label: "request: ", to: &printer)
            write(MessageShape(method.descriptor.outputType), label: "response: ", to: &printer)
            if let summary = method.summary { printer.print("description: \(SwiftNames.literal(summary)),") }
            printer.print("codecs: [MicroProtobuf.ProtobufCodec(), MicroProtobuf.ProtobufJSONCodec()])")
        }
    }

    private func write(_ shape: MessageShape, label: String, to printer: inout CodePrinter) {
        let start =
            "\(label)Micro.ValueShape(name: \(SwiftNames.literal(shape.name)), type: \(SwiftNames.literal(shape.type))"
        guard !shape.fields.isEmpty else { return printer.print("\(start)),") }
        printer.print("\(start), values: [")
        printer.withIndentation { printer in
            for field in shape.fields { write(field, label: "", to: &printer) }
        }
        printer.print("]),")
    }
}
