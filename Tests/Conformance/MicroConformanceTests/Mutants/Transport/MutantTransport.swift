// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// A transport with one defect.
final class MutantTransport: Transport {
    private struct State {
        var last: TransportResponse?
        var inFlight = 0
        var calls = 0
        var isBroken = false
        var isClosed = false
    }

    private let defect: TransportDefect?
    private let base: any Transport
    private let sharedState: MutantStreams
    /// Makes another transport like the base.
    private let makeAnother: @Sendable () async throws -> any Transport
    private let state = Mutex(State())

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
        if defect == .neverRecovers, state.withLock(\.isBroken) {
            throw MicroError(.unavailable, "broken for ever at \(address)")
        }
        let (request, isFirst) = (changed(request), begin())
        defer { state.withLock { $0.inFlight -= 1 } }
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
        where state.withLock({ state in
            defer { state.isClosed = true }
            return state.isClosed
        }):
            try? await Task.sleep(for: .seconds(3600))
        default: break
        }
        await base.close()
    }

    private func begin() -> Bool {
        state.withLock { state in
            state.calls += 1
            state.inFlight += 1
            return state.inFlight == 1
        }
    }

    private func send(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        switch defect {
        case .ignoresCancellation: return try await Task { [base] in try await base.call(request, to: address) }.value
        case .usesConnectionPerCall:
            let own = try await makeAnother()
            defer { Task { await own.close() } }
            return try await own.call(request, to: address)
        case .losesSomeCalls where state.withLock { $0.calls % 10 == 7 }:
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
            let last = state.withLock { state in
                defer { state.last = response }
                return state.last
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
        case .dropsErrorDetails: error.details = [:]
        case .dropsForeignStatus where error.code.status == 418: error.code = .invalidArgument
        case .reportsFailureAsSafeToRetry: error.isSafeToRetry = true
        case .reportsUnavailableAsNotFound where error.code == .unavailable: error.code = .notFound
        case .neverRecovers where error.code == .unavailable: state.withLock { $0.isBroken = true }
        default: break
        }
        throw error
    }
}
