// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import Synchronization

/// The HTTP transport, called on its event loops, like calls from a handler that was added with `mayBlock: false`.
struct InlineHTTPEcho: Echo {
    private let echo: HTTPEcho
    /// The transport that calls this process itself, so that each of its handlers is one caller.
    private let transport = HTTPTransport()
    private let host: Address
    private let running: Task<Void, any Error>
    private let callers = Callers()

    init(calling address: Address, callers count: Int) async throws {
        echo = HTTPEcho(calling: address, callers: count)
        let listener = try await transport.bind(to: EchoParameters.address)
        host = listener.address
        running = Task { [callers] in
            try await listener.run { request in
                try await callers.next()()
                return TransportResponse(contentType: request.contentType)
            }
        }
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws { try await HTTPEcho.serve(announce) }

    func call(_ caller: Int) async throws { try await echo.call(caller) }

    func runCaller(_ caller: @escaping @Sendable () async throws -> Void) async throws {
        callers.add(caller)
        _ = try await transport.call(
            TransportRequest(
                service: "callers", endpoint: "Callers.Run", contentType: EchoParameters.contentType,
                deadline: .now + .seconds(600)), to: host)
    }

    func close() async {
        running.cancel()
        await echo.close()
        await transport.close()
    }
}

/// The callers that wait for a handler that runs them.
private final class Callers: Sendable {
    private let waiting = Mutex<[@Sendable () async throws -> Void]>([])

    func add(_ caller: @escaping @Sendable () async throws -> Void) { waiting.withLock { $0.append(caller) } }

    func next() -> @Sendable () async throws -> Void { waiting.withLock { $0.removeFirst() } }
}
