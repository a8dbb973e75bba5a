// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import NIOCore
import Synchronization

/// What a case works with: a transport that calls and one that is called, the bounds, and ways to wait.
public final class TransportTestContext: ConformanceTestContext {
    /// The transport contract.
    public static var catalog: [TransportCase] { TransportCase.all }

    /// What the service of a case is called.
    static let service = "conformance"

    /// What the case is run against.
    public let harness: any TransportHarness
    /// The side that calls.
    public let client: any Transport
    /// The side that is called.
    public let server: any Transport
    /// The way to the backend.
    public let backendFixture: BackendFixture

    private let transports: Mutex<[any Transport]>
    private let running = Mutex<[Task<Void, any Error>]>([])

    /// What the adapter promises.
    public var bounds: TransportBounds { harness.bounds }

    /// What it can do.
    public var capabilities: TransportCapabilities { client.capabilities }

    /// The names of its features.
    public var claims: [String] { capabilities.features.names }

    init(harness: any TransportHarness) async throws {
        let client = try await harness.makeTransport(TransportClientOptions())
        do { server = try await harness.makeTransport(TransportClientOptions()) } catch {
            await client.close()
            throw error
        }
        self.harness = harness
        self.client = client
        transports = Mutex([client, server])
        backendFixture = BackendFixture(harness)
    }

    /// One more transport.
    public func makeTransport(_ change: (inout TransportClientOptions) -> Void = { _ in }) async throws -> any Transport
    {
        var options = TransportClientOptions()
        change(&options)
        let transport = try await harness.makeTransport(options)
        transports.withLock { $0.append(transport) }
        return transport
    }

    /// Closes the transports of the case, and waits for its listeners.
    public func cleanUp() async throws {
        await close()
        for task in running.withLock(\.self) { _ = await task.result }
    }

    /// Closes the transports of the case.
    public func close() async {
        for transport in transports.withLock(\.self) { await transport.close() }
        await backendFixture.closeProxies()
    }
}

extension TransportTestContext {
    /// Answers with what came: the headers and the body.
    public static let echo: TransportHandler = { request in
        TransportResponse(contentType: request.contentType, headers: request.headers, body: request.body)
    }

    /// Binds a listener and runs it until the end of the case.
    ///
    /// - Returns: Its address.
    @discardableResult
    public func serve(
        by transport: (any Transport)? = nil, at address: Address? = nil,
        _ handler: @escaping TransportHandler = echo, streams: @escaping TransportStreamLookup = { _ in nil }
    ) async throws -> any TransportListener {
        let listener = try await (transport ?? server).bind(to: address ?? harness.bindAddress)
        let task = Task { try await listener.run(handler, streams: streams) }
        running.withLock { $0.append(task) }
        return listener
    }

    /// Serves one endpoint, `Case.Stream`, that is called by stream.
    public func serveStream(_ handler: @escaping TransportStreamHandler) async throws -> Address {
        try await serve(streams: { $0 == "Case.Stream" ? handler : nil }).address
    }

    /// A request of the case.
    public func request(
        _ endpoint: String = "Case.Call", headers: Headers = [:], body: ByteBuffer = ByteBuffer(),
        contentType: String = "application/octet-stream", within timeout: Duration? = nil
    ) -> TransportRequest {
        TransportRequest(
            service: Self.service, endpoint: endpoint, contentType: contentType, headers: headers, body: body,
            deadline: .now + (timeout ?? bounds.responseTimeout))
    }

    /// Calls with a text, and returns the text of the answer.
    @discardableResult
    public func call(
        _ text: String = "hello", _ endpoint: String = "Case.Call", at address: Address,
        by client: (any Transport)? = nil
    ) async throws -> String {
        let response = try await (client ?? self.client).call(
            request(endpoint, body: ByteBuffer(string: text)), to: address)
        return String(buffer: response.body)
    }

    /// Opens a stream to `Case.Stream`.
    public func open(
        at address: Address, by client: (any Transport)? = nil, within timeout: Duration? = nil
    ) async throws -> TransportStream {
        try await (client ?? self.client).open(request("Case.Stream", within: timeout), to: address)
    }

    /// The texts of all messages until the end.
    public func texts(of stream: TransportStream) async throws -> [String] {
        var texts: [String] = []
        for try await message in stream { texts.append(String(buffer: message)) }
        return texts
    }

    /// A client that reaches a listener through a proxy, and the address by which it does.
    func path(through proxy: FaultProxy, to listener: Address) async throws -> (client: any Transport, address: Address)
    {
        switch harness.networkPath {
        case .listener: return (client, proxy.address)
        case .server: return (try await makeTransport { $0.address = proxy.address }, listener)
        case .none: throw CaseNotRunnable("hook: passage")
        }
    }

    /// A proxy between a client and a listener.
    func makeProxy(before listener: Address) async throws -> FaultProxy {
        switch harness.networkPath {
        case .listener: try await backendFixture.makeProxy(to: listener)
        case .server: try await makeProxy()
        case .none: throw CaseNotRunnable("hook: passage")
        }
    }

    /// Waits until calls work again.
    func eventuallyResponds(_ address: Address, by client: (any Transport)? = nil) async throws {
        try await eventually("calls of \(address) are answered again", within: bounds.recoveryTimeout) {
            do { return try await self.call("again", at: address, by: client) == "again" } catch is MicroError {
                return false
            }
        }
    }
}

extension TransportStream {
    /// Sends a text.
    func send(_ text: String) async throws { try await send(ByteBuffer(string: text)) }
}
