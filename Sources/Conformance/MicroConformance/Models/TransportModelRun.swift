// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// An operation of a random history of a transport.
enum TransportOperation: Sendable, CustomStringConvertible {
    /// Makes calls at the same time, each with a different body.
    case call(client: Int, count: Int, size: Int)
    /// Calls an endpoint that throws.
    case fail(client: Int, code: Int)
    /// Exchanges messages on a stream.
    case stream(client: Int, messages: Int)
    /// Cancels a call that is handled.
    case cancel(client: Int)
    /// Drains the listener and binds another listener to its address.
    case replaceListener
    /// Closes a client and creates another one.
    case reopen(client: Int)

    static func random(using generator: inout SeededGenerator) -> TransportOperation {
        let client = Int.random(in: 0..<TransportModelRun.clientCount, using: &generator)
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<7:
            return .call(
                client: client, count: Int.random(in: 1...8, using: &generator),
                size: [0, 1, 1000, 70_000].randomElement(using: &generator) ?? 0)
        case 7..<10: return .fail(client: client, code: Int.random(in: 0..<4, using: &generator))
        case 10..<14: return .stream(client: client, messages: Int.random(in: 0...9, using: &generator))
        case 14..<17: return .cancel(client: client)
        case 17..<19: return .replaceListener
        default: return .reopen(client: client)
        }
    }

    var description: String {
        switch self {
        case .call(let client, let count, let size): "client \(client) makes \(count) calls with \(size) bytes"
        case .fail(let client, let code):
            "client \(client) calls an endpoint that fails as \(TransportModelRun.codes[code])"
        case .stream(let client, let messages): "client \(client) sends \(messages) messages on a stream"
        case .cancel(let client): "client \(client) cancels a call"
        case .replaceListener: "the listener is drained and replaced"
        case .reopen(let client): "client \(client) is closed and created again"
        }
    }
}

/// Runs a history of operations against a transport. The model is that each call is handled once and gets its own
/// response, and that a stream returns each message.
final class TransportModelRun {
    static let clientCount = 2
    static let codes: [MicroError.Code] = [.notFound, .unavailable, .resourceExhausted, .permissionDenied]

    private let context: TransportTestContext
    private let calls = ModelCalls()
    private var clients: [any Transport] = []
    private var server: any Transport
    private var listener: any TransportListener
    private var number = 0

    init(_ context: TransportTestContext) async throws {
        self.context = context
        for _ in 0..<Self.clientCount { clients.append(try await context.makeTransport()) }
        (server, listener) = try await Self.serve(calls, in: context, at: context.harness.bindAddress)
    }

    func run(_ history: [TransportOperation]) async throws {
        for operation in history { try await apply(operation) }
        for client in clients { await client.close() }
        await server.close()
    }

    private static func serve(
        _ calls: ModelCalls, in context: TransportTestContext, at address: Address
    ) async throws -> (any Transport, any TransportListener) {
        let server = try await context.makeTransport()
        let streamHandler: TransportStreamHandler = { request, stream in
            for try await message in stream { try await stream.send(message) }
            try await stream.send(request.headers["id"] ?? "-")
        }
        let listener = try await context.serve(
            by: server, at: address, { try await calls.handle($0) },
            streams: { $0 == "Model.Stream" ? streamHandler : nil })
        return (server, listener)
    }

    private func request(_ endpoint: String, _ headers: Headers = [:], body: ByteBuffer = ByteBuffer())
        -> (id: String, request: TransportRequest)
    {
        number += 1
        var headers = headers
        headers["id"] = "\(number)"
        return ("\(number)", context.request(endpoint, headers: headers, body: body))
    }

    private func apply(_ operation: TransportOperation) async throws {
        switch operation {
        case .call(let client, let count, let size): try await call(clients[client], count, size)
        case .fail(let client, let code):
            let (id, request) = request("Model.Fail", ["code": "\(code)"])
            let error = try await context.expectError(Self.codes[code], from: "a call that fails") {
                _ = try await clients[client].call(request, to: listener.address)
            }
            try context.expect(error.message, is: "failed \(id)", "the message of the error")
            try context.expect(error.origin, is: "model", "the origin of the error")
            try context.expect(!error.isSafeToRetry, "a call that was handled is not safe to retry")
            try context.expect(calls.count(of: id), is: 1, "how often the call was handled")
        case .stream(let client, let messages):
            guard context.claims.contains("streams") else { return }
            try await stream(clients[client], messages)
        case .cancel(let client):
            let (id, request) = request("Model.Wait")
            let cancellations = calls.gate.cancellations
            let task = Task { [client = clients[client], address = listener.address] in
                _ = try await client.call(request, to: address)
            }
            try await context.eventually("the call is handled") { calls.count(of: id) == 1 }
            task.cancel()
            try await context.expectCancellation(of: "a cancelled call") { try await task.value }
            try await context.eventually("its handler is cancelled", within: context.bounds.timeouts.cancellation * 2) {
                calls.gate.cancellations == cancellations + 1
            }
        case .replaceListener:
            let address = listener.address
            await listener.drain(deadline: .now + .seconds(1))
            await server.close()
            let (id, request) = request("Model.Call")
            let error = try await context.expectError(.unavailable, from: "a call without a listener") {
                _ = try await clients[0].call(request, to: address)
            }
            try context.expect(error.isSafeToRetry, "a call without a listener is safe to retry")
            try context.expect(calls.count(of: id), is: nil, "how often the call was handled")
            (server, listener) = try await Self.serve(calls, in: context, at: address)
        case .reopen(let client):
            await clients[client].close()
            clients[client] = try await context.makeTransport()
        }
    }

    private func call(_ client: any Transport, _ count: Int, _ size: Int) async throws {
        let requests = (0..<count).map { index in
            request("Model.Call", body: ByteBuffer(repeating: UInt8(truncatingIfNeeded: number + index), count: size))
        }
        let address = listener.address
        try await withThrowingTaskGroup(of: Void.self) { [context] group in
            for (id, request) in requests {
                group.addTask {
                    let response = try await client.call(request, to: address)
                    try context.expect(response.headers.values("id"), is: [id], "the header of the response")
                    try context.expect(response.body, is: request.body, "the body of the response")
                }
            }
            try await group.waitForAll()
        }
        for (id, _) in requests {
            try context.expect(calls.count(of: id), is: 1, "how often a call was handled")
        }
    }

    private func stream(_ client: any Transport, _ messages: Int) async throws {
        let (id, request) = request("Model.Stream")
        let stream = try await client.open(request, to: listener.address)
        let sent = (0..<messages).map { "message \($0) of \(id)" }
        for text in sent { try await stream.send(text) }
        try await stream.finish()
        try context.expect(try await context.texts(of: stream), is: sent + [id], "the messages of the stream")
    }
}

/// The calls that the listeners of a history have handled.
private final class ModelCalls: Sendable {
    /// Calls of `Model.Wait` wait here.
    let gate = AsyncGate()
    private let counts = Mutex<[String: Int]>([:])

    /// The number of times that a call was handled; nil for never.
    func count(of id: String) -> Int? { counts.withLock { $0[id] } }

    func handle(_ request: TransportRequest) async throws -> TransportResponse {
        let id = request.headers["id"] ?? "-"
        counts.withLock { $0[id, default: 0] += 1 }
        if request.endpoint == "Model.Wait" { await gate.wait() }
        if let code = request.headers["code"].flatMap(Int.init), TransportModelRun.codes.indices.contains(code) {
            throw MicroError(TransportModelRun.codes[code], "failed \(id)", origin: "model")
        }
        return TransportResponse(contentType: request.contentType, headers: ["id": id], body: request.body)
    }
}
