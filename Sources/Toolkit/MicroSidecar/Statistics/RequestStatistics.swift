// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import Synchronization

/// Counts requests by the class of their status, for go-micro's `/stats`.
final class RequestStatistics: RouterMiddleware, Sendable {
    typealias Context = EdgeContext

    /// The requests of a window of time, in go-micro's JSON.
    struct Window: Encodable, Sendable {
        private enum CodingKeys: String, CodingKey {
            case timestamp
            case statusCodes = "status_codes"
            case requests = "total_reqs"
        }

        /// The start of the window, in seconds since 1970.
        let timestamp: Int64
        var statusCodes: [String: Int] = [:]
        var requests = 0
    }

    /// The content of `/stats`, in go-micro's JSON.
    struct Document: Encodable {
        private enum CodingKeys: String, CodingKey {
            case started, memory, threads, counters
            case pause = "gc_pause"
        }

        let started: Int64
        let memory: String
        let threads: UInt64
        /// There is no garbage collector.
        let pause = "0ms"
        let counters: [Window]
    }

    private static let windowLength: Int64 = 5
    private static let maxWindows = 24

    private let started = Int64(Date().timeIntervalSince1970)
    private let windows = Mutex<[Window]>([])

    @concurrent func handle(
        _ request: Request, context: EdgeContext,
        next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            record(response.status.code)
            return response
        } catch {
            record((error as? MicroError)?.code.status ?? (error as? HTTPError)?.status.code ?? 500)
            throw error
        }
    }

    /// Counts a response.
    func record(_ status: Int, at now: Date = Date()) {
        let seconds = Int64(now.timeIntervalSince1970)
        let start = seconds - seconds % Self.windowLength
        windows.withLock { windows in
            if windows.last?.timestamp != start {
                windows.append(Window(timestamp: start))
                if windows.count > Self.maxWindows { windows.removeFirst() }
            }
            windows[windows.count - 1].statusCodes["\(status / 100)0x", default: 0] += 1
            windows[windows.count - 1].requests += 1
        }
    }

    /// The statistics so far.
    var document: Document {
        let process = ProcessStatistics.current
        return Document(
            started: started, memory: String(format: "%.2fmb", Double(process.residentBytes) / 1_048_576),
            threads: process.threads, counters: windows.withLock(\.self))
    }
}
