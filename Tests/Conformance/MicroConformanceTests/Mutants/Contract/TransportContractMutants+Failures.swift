// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import NIOCore

extension ContractMutant<TransportHooks> {
    /// A mutant that replaces the calls of a client.
    private static func calling(
        _ name: String, _ requirement: String,
        _ call:
            @escaping @Sendable (any Transport, MutantState, TransportRequest, Address) async throws ->
            TransportResponse
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.call = { [base = hooks.base, clientState = hooks.clientState] in
                try await call(base, clientState, $0, $1)
            }
        }
    }

    /// A mutant that replaces the streams of a client.
    private static func streaming(
        _ name: String, _ requirement: String,
        _ change: @escaping @Sendable (TransportStream, TransportCapabilities) -> TransportStream
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.open = { [base = hooks.base] request, address in
                change(try await base.open(request, to: address), base.capabilities)
            }
        }
    }

    // MARK: Both sides

    /// Mutants of the directions of streams, and of the address and the problem of listeners.
    static let sides: [Self] = [
        ContractMutant("alwaysReportsAProblem", "T-listener-problem") {
            $0.problem = { _ in MicroError(.unavailable, "the server is down") }
        },
        ContractMutant("listenersReportNoPort", "T-listener-address") {
            $0.address = { Address(host: $0.host, port: nil) }
        },
        ContractMutant("listenersReportAnotherHost", "T-listener-address") {
            $0.address = { Address(host: "another.\($0.host)", port: $0.port) }
        },
        streaming("sendsWaitForTheOtherSide", "T-stream-both-tasks") { stream, _ in
            ForwardingDelegate(stream, waitsForMessage: true).makeStream()
        },
        streaming("finishEndsBothDirections", "T-stream-directions") { stream, _ in
            ForwardingDelegate(stream, finishesBoth: true).makeStream()
        },
        streaming("buffersWithoutLimit", "T-stream-back-pressure") { stream, _ in
            ForwardingDelegate(stream).makeStream()
        },
        streaming("largeMessagesEndTheStream", "T-stream-size") { stream, capabilities in
            stream.intercepted(sending: { message in
                guard message.readableBytes <= capabilities.maxBodySize else {
                    stream.cancel()
                    throw MicroError(.payloadTooLarge, "too large")
                }
                return message
            })
        },
        streaming("brokenStreamsEndNormally", "T-stream-broken") { stream, _ in
            ForwardingDelegate(stream, hidesFailures: true).makeStream()
        },
    ]

    // MARK: Network

    /// The mutants of errors and connections.
    static let network: [Self] = [
        calling("dropsErrorDetails", "T-error-details") { base, _, request, address in
            do { return try await base.call(request, to: address) } catch var error as MicroError {
                error.details = [:]
                throw error
            }
        },
        calling("invalidResponsesAreEmpty", "T-malformed-responses") { base, _, request, address in
            do { return try await base.call(request, to: address) } catch let error as MicroError {
                guard error.origin == MicroError.Origin.transport, error.code != .closed, !error.isSafeToRetry else {
                    throw error
                }
                return TransportResponse(contentType: request.contentType)
            }
        },
        calling("neverCallsAddressAgain", "T-reconnect") { base, clientState, request, address in
            if let error: MicroError = clientState.value("\(address)") { throw error }
            do { return try await base.call(request, to: address) } catch let error as MicroError {
                if error.code == .unavailable { clientState.exchange("\(address)", error) }
                throw error
            }
        },
        calling("slowResponsesTimeOut", "T-slow-network") { base, _, request, address in
            var request = request
            request.deadline = min(request.deadline, .now + .milliseconds(100))
            return try await base.call(request, to: address)
        },
        calling("connectsFiveTimes", "T-backoff") { base, _, request, address in
            for _ in 0..<4 {
                do { return try await base.call(request, to: address) } catch let error as MicroError
                    where error.code == .unavailable
                {}
            }
            return try await base.call(request, to: address)
        },
        ContractMutant("usesAConnectionForEachCall", "T-connections") { hooks in
            hooks.call = { [makeAnother = hooks.makeAnother, sharedState = hooks.sharedState] request, address in
                let other = try await makeAnother()
                sharedState.exchange("transport \(sharedState.count("transports"))", other)
                return try await other.call(request, to: address)
            }
        },
    ]
}

/// Forwards the messages of a stream, with a defect. It reads without a limit.
private struct ForwardingDelegate: TransportStreamDelegate {
    let base: TransportStream
    /// Whether a message is sent only after one has arrived.
    var waitsForMessage = false
    /// Whether finishing also ends the other direction.
    var finishesBoth = false
    /// Whether the loss of the other side is reported as the end.
    var hidesFailures = false
    private let memory = MutantState()

    init(
        _ base: TransportStream, waitsForMessage: Bool = false, finishesBoth: Bool = false, hidesFailures: Bool = false
    ) {
        self.base = base
        self.waitsForMessage = waitsForMessage
        self.finishesBoth = finishesBoth
        self.hidesFailures = hidesFailures
    }

    func makeStream() -> TransportStream {
        let (stream, source) = TransportStream.makeStream(maxBufferedBytes: 1 << 30, delegate: self)
        memory.exchange("source", source)
        Task {
            do {
                for try await message in base {
                    memory.exchange("received", true)
                    source.yield(message)
                }
                source.finish()
            } catch { source.finish(throwing: hidesFailures ? nil : error) }
        }
        return stream
    }

    func send(_ message: ByteBuffer) async throws {
        while waitsForMessage, memory.value("received", as: Bool.self) != true {
            try await Task.sleep(for: .milliseconds(1))
        }
        try await base.send(message)
    }

    func finish() async throws {
        try await base.finish()
        if finishesBoth { memory.value("source", as: TransportStream.Source.self)?.finish() }
    }

    func resume() {}
    func cancel() { base.cancel() }
}
