// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import NIOCore

/// `micro SERVICE [ENDPOINT] --FIELD=VALUE…`: the hidden command behind the short form.
struct InvokeCommand: AsyncParsableCommand {
    static let name = "invoke"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Calls an endpoint with the fields of the request as options.",
        shouldDisplay: false)

    @OptionGroup var settings: SettingsOptions
    @Argument(parsing: .captureForPassthrough, completion: .custom(Completion.shortForm)) var words: [String] = []

    func run() async throws {
        guard let service = words.first else { throw CommandError("service required", status: .usage) }
        let (options, rest) = SettingsExtraction.extract(from: Array(words.dropFirst()))
        if let last = rest.last, SettingName.allCases.contains(where: { last == "--\($0.rawValue)" }) {
            throw CommandError("missing value for \(last)", status: .usage)
        }
        let settings = try Settings(options: settings.variables.merging(options) { $1 })
        let endpoints = try await endpoints(of: service, settings)
        let names = rest.prefix { !$0.hasPrefix("-") }
        guard let word = names.first else {
            return try await DescribeCommand.show(service, endpoint: nil, settings)
        }
        let endpoint = try EndpointName.resolve(word, in: endpoints, of: service)
        let arguments = Array(rest.dropFirst())
        guard !arguments.contains("--help"), !arguments.contains("-h") else {
            return try await DescribeCommand.show(service, endpoint: endpoint.name, settings)
        }
        guard !endpoint.isStream else {
            throw CommandError("\(endpoint.name) is a streaming endpoint: use micro stream \(service) \(endpoint.name)")
        }
        let call = try await ShortCall(arguments, shape: endpoint.request)
        try await ServiceCall(
            service: service, endpoint: endpoint.name, body: ByteBuffer(string: call.json), options: call.options,
            format: call.format, allNodes: call.allNodes
        ).run(settings)
    }

    private func endpoints(of service: String, _ settings: Settings) async throws -> [Endpoint] {
        do {
            let records = try await settings.withRegistry { try await $0.lookUp(service) }
            guard !records.isEmpty else {
                throw CommandError(
                    "\(service) is neither a command nor a registered service: see micro --help and micro services",
                    status: .notFound)
            }
            return records.flatMap(\.endpoints)
        } catch let error as MicroError {
            throw CommandError(
                "\(service) is not a command, and looking up a service of that name failed: \(error)",
                status: ExitStatus(error))
        }
    }
}

/// Finds an endpoint by a short name.
enum EndpointName {
    /// The endpoint with a name: `Greeter.Hello`, `greeter.hello`, `greeter/hello`, or `hello` if only one endpoint has
    /// a method of that name.
    ///
    /// - Throws: ``CommandError`` that lists the endpoints.
    static func resolve(_ word: String, in endpoints: [Endpoint], of service: String) throws -> Endpoint {
        if let exact = endpoints.first(where: { $0.name == word }) { return exact }
        let lower = word.lowercased().replacing("/", with: ".")
        let callable = endpoints.filter { $0.metadata["subscriber"] == nil }
        for matches in [
            callable.filter { $0.name.lowercased() == lower },
            callable.filter { $0.name.lowercased().split(separator: ".").last.map(String.init) == lower },
        ] where !matches.isEmpty {
            if Set(matches.map(\.name)).count == 1 { return matches[0] }
            throw CommandError(
                "\(word) is ambiguous: use one of \(Set(matches.map(\.name)).sorted().joined(separator: ", "))",
                status: .usage)
        }
        let known = Set(callable.map(\.name)).sorted().joined(separator: ", ")
        throw CommandError(
            "\(service) has no endpoint \(word): \(known.isEmpty ? "it lists none" : "it has \(known)")",
            status: .notFound)
    }
}

/// The options of the short form: fields of the request, and the options of `micro call`. A field hides an option of
/// `micro call` of the same name; the options of settings, such as `--registry`, hide fields.
private struct ShortCall {
    private static let callOptions: Set = [
        "metadata", "timeout", "address", "version", "content-type", "output", "verbose", "all-nodes",
    ]
    private static let flags: Set = ["verbose", "all-nodes"]

    let json: String
    let options: CallOptionGroup
    let format: ResponseFormat
    let allNodes: Bool

    init(_ arguments: [String], shape: ValueShape?) async throws {
        var fields = FieldArguments(shape: shape)
        var callArguments: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw CommandError("unexpected \(argument): fields are options, such as --name=John", status: .usage)
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let isCallOption = Self.callOptions.contains(name) && !fields.hasField(name)
            var value = parts.count == 2 ? String(parts[1]) : nil
            let needsValue = isCallOption ? !Self.flags.contains(name) : !fields.isBoolean(name)
            if value == nil, needsValue, index < arguments.count, !arguments[index].hasPrefix("--") {
                value = arguments[index]
                index += 1
            }
            guard isCallOption else {
                try fields.set(name, to: value)
                continue
            }
            callArguments += ["--\(name)"] + (value.map { [$0] } ?? [])
        }
        json = fields.json
        // The required arguments of the command are placeholders.
        let command = try await CallCommand.asyncParse(["service", "endpoint"] + callArguments)
        (options, format, allNodes) = (command.options, command.format, command.allNodes)
    }
}
