// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// A method with its Swift names.
struct MethodModel {
    let descriptor: MethodDescriptor
    /// The name of the endpoint, such as `Greeter.Hello`.
    let endpoint: String
    /// The name of the function, such as `hello`.
    let name: String
    let requestType: String
    let responseType: String

    init(_ descriptor: MethodDescriptor, endpointPrefix: String, namer: SwiftProtobufNamer) {
        self.descriptor = descriptor
        endpoint = "\(endpointPrefix).\(descriptor.name)"
        name = SwiftNames.function(descriptor.name)
        requestType = namer.fullName(message: descriptor.inputType)
        responseType = namer.fullName(message: descriptor.outputType)
    }

    var isStream: Bool { descriptor.clientStreaming || descriptor.serverStreaming }

    /// The doc comment: that of the `.proto` file, or a sentence that names the endpoint.
    var documentation: String {
        DocumentationComment.text(of: descriptor) ?? "/// The endpoint `\(endpoint)`."
    }

    /// The comment of the `.proto` file in one line; nil if there is none.
    var summary: String? {
        guard let location = descriptor.sourceCodeInfoLocation else { return nil }
        let comment = location.hasLeadingComments ? location.leadingComments : location.trailingComments
        let words = comment.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { return nil }
        let text = words.joined(separator: " ")
        return text.count <= Self.maxSummary ? text : text.prefix(Self.maxSummary - 1) + "…"
    }

    /// The maximum number of characters, because registries limit the size of a record.
    private static let maxSummary = 300
}
