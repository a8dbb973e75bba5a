// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// A transport that does one thing wrong.
final class MutantTransport: Transport {
    private struct Content {
        var last: TransportResponse?
        var inFlight = 0
        var calls = 0
        var isBroken = false
        var isClosed = false
    }

    private let defect: TransportDefect?
    private let base: any Transport
    private let sharedState: MutantStreams
    /// Makes another one like the base.
    private let makeAnother: @Sendable () async throws -> any Transport
    private let content = Mutex(Content())

    init(
        _ defect: TransportDefect?, of base: any Transport, in sharedState: MutantStreams,
        makeAnother: @escaping @Sendable () async throws -> any Transport
    ) {
        self.defect = defect
        self.base = base
        self.sharedState = sharedState
        self.makeAnother = makeAnother
    }

    var name: String { base.name }
    var capabilities: TransportCapabilities { base.capabilities }

    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        if defect == .neverRecovers, content.withLock(\.isBroken) {
            throw MicroError(.unavailable, "broken for ever at \(address)")
        }
        let (request, isFirst) = (changed(request), begin())
        defer { content.withLock { $0.inFlight -= 1 } }
        do {
            let response = try await send(request, to: address)
            return try changed(response, to: request, isAlone: isFirst)
        } catch let error as CancellationError {
            guard defect == .reportsCancellationAsFailure else { throw error }
            throw MicroError(.unavailable, "the call was cut off")
        } catch let error as MicroError {
            return try mappedError(request, instead: error)
        }
    }

    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        var request = changed(request)
        if defect == .dropsStreamHeaders { request.headers = [:] }
        let stream = try await base.open(request, to: address)
        return sharedState.changed(stream, by: defect, maxBodySize: capabilities.maxBodySize)
    }

    func bind(to address: Address) async throws -> any TransportListener {
        do { return MutantListener(defect, of: try await base.bind(to: address)) } catch let error as MicroError {
            guard defect == .bindsAnotherPortSilently, error.code == .unavailable else { throw error }
            return MutantListener(nil, of: try await base.bind(to: Address(host: address.host, port: 0)))
        }
    }

    func close() async {
        switch defect {
        case .worksAfterClose: return
        case .secondCloseHangs
        where content.withLock({ content in
            defer { content.isClosed = true }
            return content.isClosed
        }):
            try? await Task.sleep(for: .seconds(3600))
        default: break
        }
        await base.close()
    }

    private func begin() -> Bool {
        content.withLock { content in
            content.calls += 1
            content.inFlight += 1
            return content.inFlight == 1
        }
    }

    private func send(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        switch defect {
        case .ignoresCancellation: return try await Task { [base] in try await base.call(request, to: address) }.value
        case .usesConnectionPerCall:
            let own = try await makeAnother()
            defer { Task { await own.close() } }
            return try await own.call(request, to: address)
        case .losesSomeCalls where content.withLock { $0.calls % 10 == 7 }:
            throw MicroError(.unavailable, "the connection to \(address) was dead")
        case .retriesImmediately:
            for _ in 0..<9 {
                do { return try await base.call(request, to: address) } catch let error as MicroError
                    where error.code == .unavailable
                {}
            }
            return try await base.call(request, to: address)
        default: return try await base.call(request, to: address)
        }
    }

    private func changed(_ request: TransportRequest) -> TransportRequest {
        var request = request
        switch defect {
        case .decodesBodiesAsText: request.body = ByteBuffer(string: String(buffer: request.body))
        case .acceptsOversizedPayloads:
            request.body =
                request.body.getSlice(
                    at: request.body.readerIndex, length: min(request.body.readableBytes, capabilities.maxBodySize))
                ?? ByteBuffer()
        case .dropsHeaders: request.headers = [:]
        case .replacesRequestContentType: request.contentType = "application/octet-stream"
        case .truncatesHeadersAtNull: request.headers = mapped(request.headers) { String($0.prefix { $0 != "\0" }) }
        case .removesLineEndsFromHeaders: request.headers = mapped(request.headers) { $0.filter { !$0.isNewline } }
        case .mergesRepeatedHeaders:
            var joined: Headers = [:]
            for field in request.headers where joined[field.name] == nil {
                joined[field.name] = request.headers.values(field.name).joined(separator: ",")
            }
            request.headers = joined
        case .ignoresDeadlines: request.deadline += .seconds(30)
        case .restartsDeadline: request.deadline = .now + .seconds(3)
        default: break
        }
        return request
    }

    private func mapped(_ headers: Headers, _ change: (String) -> String) -> Headers {
        var changed: Headers = [:]
        for field in headers { changed.add(field.name, change(field.value)) }
        return changed
    }

    private func changed(
        _ response: TransportResponse, to request: TransportRequest, isAlone: Bool
    ) throws -> TransportResponse {
        var response = response
        switch defect {
        case .dropsContentType: response.contentType = request.contentType
        case .treatsEmptyResponseAsError where response.body.readableBytes == 0:
            throw MicroError(.internal, "there is no answer")
        case .truncatesLargeBodies:
            response.body =
                response.body.getSlice(
                    at: response.body.readerIndex, length: min(response.body.readableBytes, 65_536)) ?? ByteBuffer()
        case .mixesConcurrentResponses, .returnsPreviousResponse:
            let last = content.withLock { content in
                defer { content.last = response }
                return content.last
            }
            if let last, defect == .returnsPreviousResponse || !isAlone { return last }
        default: break
        }
        return response
    }

    private func mappedError(_ request: TransportRequest, instead error: MicroError) throws -> TransportResponse {
        var error = error
        switch defect {
        case .reportsFailureAsSuccess where error.code != .closed && error.code != .deadlineExceeded:
            return TransportResponse(contentType: request.contentType)
        case .truncatesErrorMessages: error.message = String(error.message.prefix(64))
        case .reportsAllErrorsAsInternal: error.code = .internal
        case .dropsErrorOrigin: error.origin = ""
        case .reportsFailureAsSafeToRetry: error.isSafeToRetry = true
        case .reportsUnavailableAsNotFound where error.code == .unavailable: error.code = .notFound
        case .neverRecovers where error.code == .unavailable: content.withLock { $0.isBroken = true }
        default: break
        }
        throw error
    }
}

/// A listener that does one thing wrong.
final class MutantListener: TransportListener {
    private let defect: TransportDefect?
    private let base: any TransportListener

    init(_ defect: TransportDefect?, of base: any TransportListener) {
        self.defect = defect
        self.base = base
    }

    private static let silent: TransportStreamHandler = { _, _ in }

    var address: Address { base.address }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        try await base.run { [defect, base] request in
            var request = request
            if defect == .leaksOwnHeaders { request.headers.add("Host", base.address.description) }
            if defect == .drainsOnForeignService, request.service != "conformance" { await base.drain(deadline: .now) }
            do { return try await handler(request) } catch {
                guard defect == .leaksInternalErrors, !(error is MicroError) else { throw error }
                throw MicroError(.internal, "\(error)")
            }
        } streams: { [defect] endpoint in
            streams(endpoint) ?? (defect == .acceptsUnknownStreamEndpoints ? Self.silent : nil)
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        switch defect {
        case .drainCancelsInFlight: await base.drain(deadline: .now)
        case .drainAcceptsNewRequests:
            try? await Task.sleep(until: deadline)
            await base.drain(deadline: deadline)
        default: await base.drain(deadline: deadline)
        }
    }
}
