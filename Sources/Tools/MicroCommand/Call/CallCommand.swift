// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroCore
import NIOCore

/// `micro call`
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Calls an endpoint of a service.",
        discussion: """
            micro call greeter Greeter.Hello '{"name":"John"}'

            The response is written to the standard output. micro describe SERVICE shows endpoints with a request to \
            start from.
            """,
        aliases: ["query"])

    @OptionGroup var target: EndpointArguments

    @Argument(
        help: ArgumentHelp(
            "The request: JSON, @FILE, or - for the standard input (default: {}).", valueName: "json|@file|-"))
    var request: [String] = []

    @OptionGroup var options: CallOptionGroup

    @Flag(help: "Call every node of the service.")
    var allNodes = false

    @Option(
        name: [.short, .long],
        help: "The format of the response: json is indented, raw is as received (default: MICRO_OUTPUT, or json).")
    var output: ResponseFormat?

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    /// The format of the response.
    var format: ResponseFormat {
        // A wrong value of the variable has been reported by `validate()`.
        output ?? (try? OutputSetting.value(as: ResponseFormat.self)) ?? .json
    }

    func validate() throws {
        if output == nil { _ = try OutputSetting.value(as: ResponseFormat.self) }
        guard !allNodes || options.address == nil else {
            throw ValidationError("--all-nodes and --address exclude each other.")
        }
    }

    func run() async throws {
        // Go Micro joins the arguments, so that JSON without quotes around it works.
        let body = try await RequestBody.read(request.joined(separator: " "), options.contentType)
        let call = ServiceCall(
            service: target.service, endpoint: target.endpoint, body: body, options: options, format: format,
            allNodes: allNodes)
        try await call.run(settings.resolved())
    }
}

/// The body of a request that a person has written.
enum RequestBody {
    /// Reads the body, and checks JSON before anything is sent.
    ///
    /// - Throws: ``CommandError``.
    static func read(_ argument: String, _ contentType: String) async throws -> ByteBuffer {
        guard !argument.isEmpty else { return ByteBuffer(string: "{}") }
        let bytes = try await InputText.read(argument)
        if contentType.hasSuffix("json"), !JSONText.isValid(bytes) {
            throw CommandError(
                "the request is not JSON: write it in single quotes, such as '{\"name\":\"John\"}'", status: .usage)
        }
        return ByteBuffer(bytes: bytes)
    }
}
