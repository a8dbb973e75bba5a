// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// What goes wrong between a client and its backend, whatever carries it out.
struct FaultScenario: Sendable {
    /// What has to come of operations meanwhile.
    enum Effect: Sendable {
        /// They work.
        case none
        /// They fail, with one of these codes.
        case failure(Set<MicroError.Code>)
        /// They work or fail.
        case either
    }

    let effect: Effect
    /// Where the client connects to.
    let address: Address
    let begin: @Sendable () -> Void
    let end: @Sendable () -> Void
    /// How many requests have come from the client so far, at most.
    let requests: @Sendable () -> Int
    let openConnections: @Sendable () -> Int

    var mustSucceed: Bool { if case .none = effect { true } else { false } }
}

extension FaultScenario {
    /// A fault on the connections through a proxy.
    ///
    /// - Parameter isDropping: Whether the connections that are open are reset when it begins.
    init(_ fault: Fault, by proxy: FaultProxy, dropping isDropping: Bool = false, _ effect: Effect) {
        self.init(
            effect: effect, address: proxy.address,
            begin: {
                proxy.faults = [fault]
                if isDropping { proxy.dropConnections() }
            },
            end: { proxy.faults = [] }, requests: { proxy.traffic.clientReadCount },
            openConnections: { proxy.traffic.openConnections })
    }
}

extension ConformanceTestContext {
    /// Checks what came of operations during a disturbance.
    func check(_ failures: [MicroError], against effect: FaultScenario.Effect, operations: Int) throws {
        switch effect {
        case .none:
            try expect(failures.isEmpty, "all operations work, and not \(failures.first.map { "\($0)" } ?? "")")
        case .failure(let codes):
            try expect(!failures.isEmpty, "the fault is noticed: \(operations) operations worked")
            for error in failures {
                try expect(
                    codes.contains(error.code),
                    "the error is \(codes.map(\.description).sorted().joined(separator: " or ")), not \(error)")
                try expect(!error.message.isEmpty, "the error says what failed")
            }
        case .either: break
        }
    }

    /// The error of an operation; nil if it works. It has to keep its deadline, and throw nothing but a `MicroError`.
    func attempt(
        _ what: String, within timeout: Duration, _ operation: () async throws -> Void
    ) async throws -> MicroError? {
        let started = ContinuousClock.now
        var error: MicroError?
        do { try await operation() } catch let failure as MicroError { error = failure } catch let failure
            as ConformanceFailure
        { throw failure } catch {
            throw ConformanceFailure("\(what): expected a MicroError, it threw \(type(of: error)): \(error)")
        }
        let took = ContinuousClock.now - started
        try expect(took < timeout * 2, "\(what) keeps its deadline of \(timeout), it took \(took)")
        return error
    }
}
