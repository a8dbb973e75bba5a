// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroCore
import NIOCore

/// `micro stream`
struct StreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream", abstract: "Opens a stream to an endpoint, sends messages and shows the responses.",
        discussion: """
            A JSON argument is sent as the only message. Without one, each line of the standard input is a message; \
            with @FILE, each line of the file. The stream ends when the service ends it.
            """)

    @OptionGroup var target: EndpointArguments

    @Argument(
        help: ArgumentHelp(
            "The only message as JSON, @FILE or - for one message per line (default: -).", valueName: "json|@file|-"))
    var request: [String] = []

    @OptionGroup var options: CallOptionGroup

    @Option(help: ArgumentHelp("End after this number of responses.", valueName: "number"))
    var count: Int?

    @Option(
        name: [.short, .long],
        help: """
            The format of responses: text is indented, json is one line each, raw is as is (default: MICRO_OUTPUT, or text).
            """)
    var output: ResponseFormat?

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    private var format: ResponseFormat {
        // A wrong value of the variable has been reported by `validate()`.
        output ?? (try? OutputSetting.value(as: ResponseFormat.self)) ?? .text
    }

    func validate() throws {
        if output == nil { _ = try OutputSetting.value(as: ResponseFormat.self) }
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be above zero.") }
    }

    func run() async throws {
        let messages = try await StreamMessages(request.joined(separator: " "), contentType: options.contentType)
        let callOptions = try options.callOptions
        let deadline = callOptions.timeout.map { ContinuousClock.now + $0 }
        try await settings.resolved().withCaller { _, caller in
            do {
                let stream = try await caller.open(
                    target.service, target.endpoint, contentType: options.contentType, options: callOptions)
                try await exchange(messages, stream, until: deadline)
            } catch let error as MicroError {
                throw ServiceCall.failure(error, "streaming from", target.service, target.endpoint)
            }
        }
    }

    /// Sends and receives at the same time, until the service ends the stream.
    ///
    /// - Parameter deadline: The end of the stream at the latest, because a sidecar has none; nil for no limit.
    private func exchange(
        _ messages: StreamMessages, _ stream: TransportStream, until deadline: ContinuousClock.Instant?
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await messages.send(to: stream)
                return false
            }
            group.addTask {
                var received = 0
                for try await message in stream {
                    try write(message)
                    received += 1
                    if received == count { break }
                }
                return true
            }
            if let deadline {
                group.addTask {
                    try await Task.sleep(until: deadline)
                    throw MicroError(
                        .deadlineExceeded, "the stream has not ended within its time limit",
                        origin: MicroError.Origin.client)
                }
            }
            // The end of the input only ends this side.
            while let isDone = try await group.next() {
                if isDone { group.cancelAll() }
                if isDone { return }
            }
        }
    }

    private func write(_ message: ByteBuffer) throws {
        let bytes = Array(message.readableBytesView)
        switch format {
        case .raw:
            try Console.standard.raw(bytes)
            if bytes.last != UInt8(ascii: "\n") { try Console.standard.write("\n") }
        case .json: try Console.standard.json(text: CallResponseText.json(of: message))
        case .text: try CallResponseText.write(message, .json)
        }
    }
}

/// The messages that a stream sends: one, or the lines of a file or of the standard input.
struct StreamMessages: Sendable {
    private enum Source {
        case list([[UInt8]])
        case standardInput
    }

    private let source: Source
    private let isJSON: Bool

    init(_ argument: String, contentType: String) async throws {
        isJSON = contentType.hasSuffix("json")
        guard !argument.isEmpty, argument != "-" else {
            source = .standardInput
            if StandardInput.isTerminal { Console.standard.message("one message per line; Ctrl-D ends this side") }
            return
        }
        let bytes = try await InputText.read(argument)
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init).filter { !$0.allSatisfy { $0 <= 0x20 } }
        // One JSON value over several lines is one message.
        source = .list(isJSON && !JSONText.isValid(bytes) ? lines : [bytes])
    }

    /// Sends all messages, and finishes this side.
    func send(to stream: TransportStream) async throws {
        do {
            switch source {
            case .list(let messages): for message in messages { try await send(message, to: stream) }
            case .standardInput:
                for try await line in StandardInput.lines where !line.allSatisfy({ $0 <= 0x20 }) {
                    try await send(line, to: stream)
                }
            }
            try Task.checkCancellation()
            try await stream.finish()
        } catch let error as MicroError where error.code == .closed {
            // The service has ended the stream: the reader reports why.
        }
    }

    private func send(_ message: [UInt8], to stream: TransportStream) async throws {
        guard !isJSON || JSONText.isValid(message) else {
            throw CommandError(
                "the message \(String(decoding: message.prefix(80), as: UTF8.self)) is not JSON", status: .usage)
        }
        try await stream.send(ByteBuffer(bytes: message))
    }
}
