// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroCore
import MicroMemory
import NIOCore

/// `micro publish`
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publishes an event.",
        discussion: #"micro publish user.created '{"id":"42"}'"#)

    @Argument(help: "The topic.")
    var topic: String

    @Argument(
        help: ArgumentHelp("The event: JSON, @FILE, or - for the standard input.", valueName: "json|@file|-"))
    var event: [String] = []

    @Option(help: ArgumentHelp("The number of times to publish the event.", valueName: "number"))
    var count = 1

    @Option(parsing: .singleValue, help: ArgumentHelp("A header of the event.", valueName: "name=value"))
    var metadata: [String] = []

    @Option(help: "The media type of the event.")
    var contentType = "application/json"

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count must be above zero.") }
        _ = try MetadataPairs.parse(metadata, option: "--metadata")
    }

    func run() async throws {
        guard !event.isEmpty else { throw CommandError("require topic and message", status: .usage) }
        let body = try await RequestBody.read(event.joined(separator: " "), contentType)
        let headers = try MetadataPairs.parse(metadata, option: "--metadata")
        let settings = try settings.resolved()
        try await settings.withBroker { broker in
            var configuration = Client.Configuration()
            configuration.codecs = [EncodedBodyCodec(contentType: contentType)]
            let client = try Client(
                configuration: configuration, registry: MemoryRegistry(), transport: MemoryTransport(), broker: broker,
                configReader: settings.reader)
            for _ in 0..<count { try await client.publish(body, to: topic, headers: headers) }
            await client.close()
        }
        if output.isJSON { try Console.standard.json(["published": count]) } else { try Console.standard.line("ok") }
    }
}

/// Sends bodies that are already encoded, under a given media type.
private struct EncodedBodyCodec: Codec {
    let contentType: String

    var contentTypes: [String] { [contentType] }

    func encoder<Value>(for type: Value.Type) -> (@Sendable (Value, inout ByteBuffer) throws -> Void)? {
        let encode: @Sendable (ByteBuffer, inout ByteBuffer) throws -> Void = { $1.writeImmutableBuffer($0) }
        return encode as? @Sendable (Value, inout ByteBuffer) throws -> Void
    }

    func decoder<Value>(for type: Value.Type) -> (@Sendable (ByteBuffer) throws -> Value)? { nil }
}
