// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import NIOCore

extension ContractMutant<TransportHooks> {
    /// The mutants of a transport.
    static let transport: [Self] = [requests, responses, errors, streams, listeners, lifecycle, sides, network].flatMap(
        \.self)

    /// A mutant that changes requests before they are sent.
    private static func requesting(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout TransportRequest) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.call = { [base = hooks.base] request, address in
                var request = request
                change(&request)
                return try await base.call(request, to: address)
            }
        }
    }

    /// A mutant that changes responses before they are returned.
    private static func responding(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout TransportResponse) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.call = { [base = hooks.base] request, address in
                var response = try await base.call(request, to: address)
                change(&response)
                return response
            }
        }
    }

    /// A mutant that changes errors of calls.
    private static func failing(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout MicroError) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch var error as MicroError {
                    change(&error)
                    throw error
                }
            }
        }
    }

    /// A mutant that changes the requests that open streams.
    private static func opening(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout TransportRequest) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.open = { [base = hooks.base] request, address in
                var request = request
                change(&request)
                return try await base.open(request, to: address)
            }
        }
    }

    /// A mutant that changes the messages which a client sends on streams.
    private static func sending(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (ByteBuffer, MutantState) -> ByteBuffer
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.open = { [base = hooks.base] request, address in
                let memory = MutantState()
                return try await base.open(request, to: address).intercepted(sending: { change($0, memory) })
            }
        }
    }

    private static func kept(_ headers: Headers, _ isKept: (String, String) -> Bool) -> Headers {
        headers.reduce(into: [:]) { if isKept($1.name, $1.value) { $0.add($1.name, $1.value) } }
    }

    private static func cut(_ body: ByteBuffer, to length: Int) -> ByteBuffer {
        body.getSlice(at: body.readerIndex, length: min(length, body.readableBytes)) ?? body
    }

    // MARK: Requests

    private static let requests: [Self] = [
        requesting("truncatesLargeRequests", "T-body") { $0.body = cut($0.body, to: 131_072) },
        requesting("decodesRequestsAsText", "T-body") { $0.body = ByteBuffer(string: String(buffer: $0.body)) },
        requesting("dropsEmptyHeaders", "T-headers") { $0.headers = kept($0.headers) { !$1.isEmpty } },
        requesting("keepsSixtyFourHeaders", "T-headers") {
            $0.headers = $0.headers.prefix(64).reduce(into: [:]) { $0.add($1.name, $1.value) }
        },
        requesting("truncatesHeaderValues", "T-headers") {
            $0.headers = $0.headers.reduce(into: [:]) { $0.add($1.name, String($1.value.prefix(512))) }
        },
        requesting("replacesCharactersBeyondASCII", "T-headers") {
            $0.headers = $0.headers.reduce(into: [:]) { headers, field in
                headers.add(field.name, String(field.value.map { $0.isASCII ? $0 : "?" }))
            }
        },
        requesting("reversesRepeatedHeaders", "T-repeated-headers") {
            $0.headers = $0.headers.reversed().reduce(into: [:]) { $0.add($1.name, $1.value) }
        },
        requesting("addsContentLength", "T-own-headers") { request in
            request.headers.add("Content-Length-Copy", "\(request.body.readableBytes)")
        },
        requesting("addsCallerToHeaders", "T-own-headers") { $0.headers.add("X-Caller", "micro") },
        requesting("capsDeadlines", "T-deadline") { $0.deadline = min($0.deadline, .now + .milliseconds(150)) },
        requesting("extendsDeadlinesByASecond", "T-deadline") { $0.deadline += .seconds(1) },
        requesting("halvesDeadlines", "T-deadline-remaining") { request in
            request.deadline = .now + (request.deadline - .now) / 2
        },
        requesting("lowercasesEndpoints", "T-request-names") { $0.endpoint = $0.endpoint.lowercased() },
        requesting("dropsMediaTypeParameters", "T-content-type") { request in
            request.contentType = String(request.contentType.prefix { $0 != ";" })
        },
        requesting("dropsServiceNames", "T-request-names") { $0.service = "service" },
        ContractMutant("coalescesEqualRequests", "T-own-response") { hooks in
            hooks.call = { [base = hooks.base, clientState = hooks.clientState] request, address in
                let key =
                    "\(address) \(request.endpoint) \(String(buffer: request.body)) \(request.headers.map(\.value))"
                if let running: Task<TransportResponse, any Error> = clientState.value(key) {
                    return try await running.value
                }
                let task = Task { try await base.call(request, to: address) }
                clientState.exchange(key, task)
                return try await withTaskCancellationHandler {
                    try await task.value
                } onCancel: {
                    task.cancel()
                }
            }
        },
        ContractMutant("executesTwice", "T-own-response") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                let first = try await base.call(request, to: address)
                return (try? await base.call(request, to: address)) ?? first
            }
        },
        ContractMutant("repeatsFailedCalls", "T-safe-to-retry") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch let error as MicroError
                    where error.code == .unavailable
                { return try await base.call(request, to: address) }
            }
        },
        ContractMutant("sendsExpiredRequests", "T-deadline") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                guard request.deadline <= .now else { return try await base.call(request, to: address) }
                var late = request
                late.deadline = .now + .milliseconds(200)
                _ = try? await base.call(late, to: address)
                return try await base.call(request, to: address)
            }
        },
        ContractMutant("sendsCanceledCalls", "T-cancellation") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                if Task.isCancelled { _ = try? await Task { try await base.call(request, to: address) }.value }
                return try await base.call(request, to: address)
            }
        },
        ContractMutant("cancelledCallsRunOn", "T-handler-cancelled") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                let task = Task { try await base.call(request, to: address) }
                let promise = AsyncThrowingStream<TransportResponse, any Error>.makeStream()
                Task {
                    do { promise.continuation.yield(try await task.value) } catch {
                        promise.continuation.finish(throwing: error)
                    }
                }
                for try await response in promise.stream { return response }
                throw CancellationError()
            }
        },
    ]

    // MARK: Responses

    private static let responses: [Self] = [
        responding("truncatesLargeResponses", "T-body") { $0.body = cut($0.body, to: 131_072) },
        responding("dropsResponseHeaders", "T-headers") { $0.headers = [:] },
        responding("addsDateToResponses", "T-own-headers") { $0.headers.add("Date", "today") },
        responding("keepsFirstOfRepeatedResponseHeaders", "T-repeated-headers") { response in
            response.headers = response.headers.reduce(into: [:]) {
                if $0[$1.name] == nil { $0.add($1.name, $1.value) }
            }
        },
        responding("dropsResponseMediaTypeParameters", "T-content-type") { response in
            response.contentType = String(response.contentType.prefix { $0 != ";" })
        },
        ContractMutant("refusedCallsWaitForTheirDeadline", "T-drain") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch let error as MicroError
                    where error.code == .unavailable && error.isSafeToRetry
                {
                    try await Task.sleep(until: request.deadline, clock: .continuous)
                    throw MicroError(.deadlineExceeded, "no response before the deadline")
                }
            }
        },
        responding("replacesResponseMediaType", "T-content-type") { $0.contentType = "application/octet-stream" },
        responding("trimsZeroBytes", "T-body") { response in
            if response.body.readableBytesView.last == 0 {
                response.body = ByteBuffer(bytes: response.body.readableBytesView.dropLast())
            }
        },
        ContractMutant("refusesTheMaximumSize", "T-size") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                guard request.body.readableBytes < base.capabilities.maxBodySize else {
                    throw MicroError(.payloadTooLarge, "too large", isSafeToRetry: true)
                }
                return try await base.call(request, to: address)
            }
        },
        failing("reportsSizesAsInternal", "T-size") { if $0.code == .payloadTooLarge { $0.code = .internal } },
        ContractMutant("acceptsLargeResponses", "T-size") { hooks in
            hooks.handler = { [base = hooks.base] handler in
                { request in
                    var response = try await handler(request)
                    response.body = cut(response.body, to: base.capabilities.maxBodySize)
                    return response
                }
            }
        },
    ]

    // MARK: Errors

    private static let errors: [Self] = [
        failing("reportsMissedDeadlinesAsUnavailable", "T-deadline") {
            if $0.code == .deadlineExceeded { $0.code = .unavailable }
        },
        failing("replacesEmptyMessages", "T-error") { if $0.message.isEmpty { $0.message = "unknown error" } },
        failing("dropsOrigins", "T-error") { if !$0.origin.hasPrefix("micro.") { $0.origin = "" } },
        failing("reportsRefusalsAsInternal", "T-error") { if $0.code == .permissionDenied { $0.code = .internal } },
        failing("trimsMessages", "T-error") { error in
            while error.message.last?.isWhitespace == true { error.message.removeLast() }
        },
        failing("neverSafeToRetry", "T-safe-to-retry") { $0.isSafeToRetry = false },
        failing("missedDeadlinesAreSafeToRetry", "T-safe-to-retry") {
            if $0.code == .deadlineExceeded { $0.isSafeToRetry = true }
        },
        failing("unavailableServicesAreSafeToRetry", "T-safe-to-retry") {
            if $0.code == .unavailable { $0.isSafeToRetry = true }
        },
        failing("exhaustedServicesAreSafeToRetry", "T-safe-to-retry") {
            if $0.code == .resourceExhausted { $0.isSafeToRetry = true }
        },
        failing("reportsMissingPeersAsMissedDeadline", "T-unavailable") {
            if $0.code == .unavailable, $0.origin == MicroError.Origin.transport { $0.code = .deadlineExceeded }
        },
        failing("missingPeersHaveNoAddress", "T-unavailable") {
            if $0.code == .unavailable, $0.origin == MicroError.Origin.transport { $0.message = "no peer" }
        },
        failing("appendsCauses", "T-error") { $0.message += $0.cause.map { " (\($0))" } ?? " (no cause)" },
        ContractMutant("sendsTextsOfForeignErrors", "T-error-internal") { hooks in
            hooks.handler = { handler in
                { request in
                    do { return try await handler(request) } catch let error as MicroError { throw error } catch {
                        throw MicroError(.internal, "\(error)", origin: request.service)
                    }
                }
            }
        },
        ContractMutant("foreignErrorsAreUnavailable", "T-error-internal") { hooks in
            hooks.handler = { handler in
                { request in
                    do { return try await handler(request) } catch let error as MicroError {
                        throw error
                    } catch is CancellationError { throw CancellationError() } catch {
                        throw MicroError(.unavailable, "failed", origin: request.service)
                    }
                }
            }
        },
    ]

    // MARK: Streams

    private static let streams: [Self] = [
        ContractMutant("sizesOfServersAreUnavailable", "T-size-server") { hooks in
            let limit = hooks.base.capabilities.maxBodySize
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch var error as MicroError {
                    if error.code == .payloadTooLarge, request.body.readableBytes <= limit { error.code = .unavailable }
                    throw error
                }
            }
        },
        ContractMutant("opensStreamsWithoutTheFeature", "T-unsupported") { $0.features.remove(.streams) },
        ContractMutant("delaysSendersWithoutTheFeature", "T-unsupported") { $0.features.remove(.backPressure) },
        opening("streamsLoseTheirHeaders", "T-stream-request") { $0.headers = [:] },
        opening("streamsLoseTheirMediaType", "T-stream-request") { $0.contentType = "application/json" },
        opening("streamsLoseTheirService", "T-stream-request") { $0.service = "service" },
        opening("streamsIgnoreTheirDeadline", "T-stream-deadline") { $0.deadline += .seconds(30) },
        sending("truncatesStreamMessages", "T-stream-messages") { message, _ in cut(message, to: 65_536) },
        sending("readsStreamMessagesAsText", "T-stream-messages") { message, _ in
            ByteBuffer(string: String(buffer: message))
        },
        sending("repeatsFirstStreamMessage", "T-stream-messages") { message, memory in
            let first: ByteBuffer = memory.value("first") ?? message
            memory.exchange("first", first)
            return memory.count() == 2 ? first : message
        },
        sending("padsEmptyStreamMessages", "T-stream-messages") { message, _ in
            message.readableBytes == 0 ? ByteBuffer(string: " ") : message
        },
        ContractMutant("reportsStreamErrorsWithoutText", "T-stream-error") { hooks in
            hooks.streamHandler = { handler in
                { request, stream in
                    do { try await handler(request, stream) } catch let error as MicroError {
                        throw MicroError(error.code, "failed", origin: error.origin)
                    }
                }
            }
        },
        ContractMutant("streamErrorsEndNormally", "T-stream-error") { hooks in
            hooks.streamHandler = { handler in { request, stream in try? await handler(request, stream) } }
        },
        ContractMutant("servedStreamsSkipAMessage", "T-stream-messages") { hooks in
            hooks.streamHandler = { handler in
                { request, stream in
                    let memory = MutantState()
                    try await handler(
                        request, stream.intercepted(sending: { memory.count() == 3 ? ByteBuffer(string: "3") : $0 }))
                }
            }
        },
        ContractMutant("unknownStreamsAreInternal", "T-stream-not-found") { hooks in
            hooks.streams = { lookup, endpoint in
                lookup(endpoint) ?? { _, _ in throw MicroError(.internal, "unknown endpoint") }
            }
        },
        ContractMutant("unknownStreamsEndNormally", "T-stream-not-found") { hooks in
            hooks.streams = { lookup, endpoint in lookup(endpoint) ?? { _, _ in } }
        },
        ContractMutant("cancelledStreamsAreNotNotified", "T-stream-cancel") { hooks in
            hooks.open = { [base = hooks.base, clientState = hooks.clientState] request, address in
                let stream = try await base.open(request, to: address)
                clientState.exchange("\(clientState.count())", stream)
                let delegate = LeakingDelegate(stream)
                let (leaking, source) = TransportStream.makeStream(delegate: delegate)
                Task {
                    do {
                        for try await message in stream { source.yield(message) }
                        source.finish()
                    } catch { source.finish(throwing: error) }
                }
                return leaking
            }
        },
        ContractMutant("secondFinishThrows", "T-stream-finish") { hooks in
            hooks.open = { [base = hooks.base] request, address in
                let delegate = CountingDelegate(try await base.open(request, to: address))
                return delegate.makeStream()
            }
        },
        ContractMutant("sendingAfterFinishIsSilent", "T-stream-finish") { hooks in
            hooks.open = { [base = hooks.base] request, address in
                let delegate = CountingDelegate(try await base.open(request, to: address), isSilent: true)
                return delegate.makeStream()
            }
        },
    ]

    // MARK: Listeners

    private static let listeners: [Self] = [
        ContractMutant("releasedStreamsStayOpen", "T-stream-release") { hooks in
            hooks.open = { [base = hooks.base, clientState = hooks.clientState] request, address in
                let stream = try await base.open(request, to: address)
                clientState.exchange("\(clientState.count())", stream)
                return CountingDelegate(stream, leaks: true).makeStream()
            }
        },
        ContractMutant("drainCutsStreams", "T-drain") { hooks in
            hooks.streamHandler = { [sharedState = hooks.sharedState] handler in
                { request, stream in
                    let memory = MutantState()
                    try await handler(
                        request,
                        stream.intercepted(sending: { message in
                            if sharedState.value("draining", as: Bool.self) == true, memory.count() > 0 {
                                throw MicroError(.unavailable, "draining")
                            }
                            return message
                        }))
                }
            }
            hooks.drain = { [sharedState = hooks.sharedState] listener, deadline in
                sharedState.exchange("draining", true)
                await listener.drain(deadline: deadline)
            }
        },
        ContractMutant("earlyCallsAreRefused", "T-bind-wait") { hooks in
            hooks.run = { [sharedState = hooks.sharedState] run, listener, _ in
                sharedState.exchange("\(listener.address)", true)
                try await run()
            }
            hooks.call = { [base = hooks.base, sharedState = hooks.sharedState] request, address in
                guard sharedState.value("\(address)", as: Bool.self) == true else {
                    throw MicroError(.unavailable, "\(address) does not serve yet")
                }
                return try await base.call(request, to: address)
            }
        },
        ContractMutant("earlyStreamsLoseTheirFirstMessage", "T-bind-wait") { hooks in
            hooks.run = { [sharedState = hooks.sharedState] run, listener, _ in
                sharedState.exchange("\(listener.address)", true)
                try await run()
            }
            hooks.open = { [base = hooks.base, sharedState = hooks.sharedState] request, address in
                let isEarly = sharedState.value("\(address)", as: Bool.self) != true
                let stream = try await base.open(request, to: address)
                let memory = MutantState()
                return stream.intercepted(receiving: { isEarly && memory.count() == 1 ? nil : $0 })
            }
        },
        ContractMutant("runsTwice", "T-listener-run") { hooks in
            hooks.run = { run, _, memory in if memory.count("runs") == 1 { try await run() } }
        },
        ContractMutant("cancelledListenerWaitsForCalls", "T-listener-run") { hooks in
            hooks.handler = { handler in { request in try await Task { try await handler(request) }.value } }
        },
        ContractMutant("handlersRunPastTheirDeadline", "T-handler-deadline") { hooks in
            hooks.handler = { handler in
                { request in
                    let task = Task { try await handler(request) }
                    return try await withTaskCancellationHandler {
                        try await task.value
                    } onCancel: {
                        if request.deadline > .now { task.cancel() }
                    }
                }
            }
        },
        ContractMutant("drainDoesNotEndTheListener", "T-drain") { hooks in
            hooks.run = { run, _, _ in
                try await run()
                try await Task.sleep(for: .seconds(600))
            }
        },
        ContractMutant("drainCancelsCallsInFlight", "T-drain") { hooks in
            hooks.drain = { listener, _ in await listener.drain(deadline: .now) }
        },
        ContractMutant("drainWaitsUntilItsDeadline", "T-drain") { hooks in
            hooks.drain = { listener, deadline in
                await listener.drain(deadline: deadline)
                try? await Task.sleep(until: deadline)
            }
        },
        ContractMutant("drainNeverCancels", "T-drain") { hooks in
            hooks.drain = { listener, deadline in await listener.drain(deadline: deadline + .seconds(20)) }
        },
        ContractMutant("drainReturnsImmediately", "T-drain") { hooks in
            hooks.drain = { listener, deadline in Task { await listener.drain(deadline: deadline) } }
        },
        ContractMutant("drainedListenerRefusesAsInternal", "T-drain") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch var error as MicroError {
                    if error.code == .unavailable, error.origin == MicroError.Origin.server { error.code = .internal }
                    throw error
                }
            }
        },
        ContractMutant("bindReturnsAnotherPort", "T-bind") { hooks in
            hooks.bind = { [base = hooks.base] address in
                do { return try await base.bind(to: address) } catch let error as MicroError
                    where error.code == .unavailable
                {
                    return try await base.bind(to: Address(host: address.host, port: nil))
                }
            }
        },
        ContractMutant("bindErrorsHaveNoAddress", "T-bind") { hooks in
            hooks.bind = { [base = hooks.base] address in
                do { return try await base.bind(to: address) } catch let error as MicroError {
                    throw MicroError(error.code, "cannot bind")
                }
            }
        },
    ]

    // MARK: Lifecycle

    private static let lifecycle: [Self] = [
        ContractMutant("closeReturnsImmediately", "T-close") { hooks in
            hooks.close = { [base = hooks.base] in
                Task {
                    try await Task.sleep(for: .milliseconds(500))
                    await base.close()
                }
            }
        },
        ContractMutant("callsWorkAfterClose", "T-close") { hooks in
            hooks.call = { [base = hooks.base, makeAnother = hooks.makeAnother] request, address in
                do { return try await base.call(request, to: address) } catch let error as MicroError
                    where error.code == .closed
                {
                    return try await makeAnother().call(request, to: address)
                }
            }
        },
        ContractMutant("streamsOpenAfterClose", "T-close") { hooks in
            hooks.open = { [base = hooks.base] request, address in
                do { return try await base.open(request, to: address) } catch let error as MicroError
                    where error.code == .closed
                {
                    let (stream, source) = TransportStream.makeStream(delegate: SilentDelegate())
                    source.finish()
                    return stream
                }
            }
        },
        ContractMutant("bindsAfterClose", "T-close") { hooks in
            hooks.bind = { [base = hooks.base, makeAnother = hooks.makeAnother] address in
                do { return try await base.bind(to: address) } catch let error as MicroError where error.code == .closed
                {
                    return try await makeAnother().bind(to: address)
                }
            }
        },
        ContractMutant("closedIsReportedAsUnavailable", "T-close") { hooks in
            hooks.call = { [base = hooks.base] request, address in
                do { return try await base.call(request, to: address) } catch var error as MicroError {
                    if error.code == .closed { error.code = .unavailable }
                    throw error
                }
            }
        },
        ContractMutant("secondCloseHangs", "T-close") { hooks in
            hooks.close = { [base = hooks.base, clientState = hooks.clientState] in
                if clientState.count("close") == 2 { try? await Task.sleep(for: .seconds(600)) }
                await base.close()
            }
        },
    ]
}

/// Sends messages to a stream, and never cancels it.
private struct LeakingDelegate: TransportStreamDelegate {
    let base: TransportStream

    init(_ base: TransportStream) { self.base = base }

    func send(_ message: ByteBuffer) async throws { try await base.send(message) }
    func finish() async throws { try await base.finish() }
    func resume() {}
    func cancel() {}
}

/// Counts the calls of `finish`.
private struct CountingDelegate: TransportStreamDelegate {
    let base: TransportStream
    let isSilent: Bool
    let leaks: Bool
    private let memory = MutantState()

    init(_ base: TransportStream, isSilent: Bool = false, leaks: Bool = false) {
        self.base = base
        self.isSilent = isSilent
        self.leaks = leaks
    }

    func makeStream() -> TransportStream {
        let (stream, source) = TransportStream.makeStream(maxBufferedBytes: 1 << 24, delegate: self)
        Task {
            do {
                for try await message in base { source.yield(message) }
                source.finish()
            } catch { source.finish(throwing: error) }
        }
        return stream
    }

    func send(_ message: ByteBuffer) async throws {
        if isSilent, memory.value("finished", as: Bool.self) == true { return }
        try await base.send(message)
    }

    func finish() async throws {
        memory.exchange("finished", true)
        if !isSilent, !leaks, memory.count() > 1 { throw MicroError(.closed, "finished twice") }
        try await base.finish()
    }

    func resume() {}
    func cancel() { if !leaks { base.cancel() } }
}

/// Sends nothing.
private struct SilentDelegate: TransportStreamDelegate {
    func send(_ message: ByteBuffer) async throws {}
    func finish() async throws {}
    func resume() {}
    func cancel() {}
}
