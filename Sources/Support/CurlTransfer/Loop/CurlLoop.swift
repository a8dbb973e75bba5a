// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl
import MicroCore

/// The event loop of a `CurlTransfer`: executes commands, runs the driver and ends finished transfers. Confined to one
/// thread.
struct CurlLoop {
    private let commandQueue: CurlCommandQueue
    private let driver: any CurlDriver
    private let configuration: CurlTransfer.Configuration
    private var handles: [ObjectIdentifier: CurlHandle] = [:]

    /// Runs until the command queue is closed.
    static func run(_ commandQueue: CurlCommandQueue, _ configuration: CurlTransfer.Configuration) {
        guard let driver = configuration.driver.make() else {
            commandQueue.threadEnded(
                failingWith: CurlError(
                    kind: .other, message: "the process has no descriptor or memory left for HTTP requests"))
            return
        }
        var loop = CurlLoop(commandQueue: commandQueue, driver: driver, configuration: configuration)
        commandQueue.threadStarted(wake: driver.wake)
        loop.run()
        driver.shutDown()
        commandQueue.threadEnded(failingWith: .closed)
    }

    private init(commandQueue: CurlCommandQueue, driver: any CurlDriver, configuration: CurlTransfer.Configuration) {
        self.commandQueue = commandQueue
        self.driver = driver
        self.configuration = configuration
    }

    private mutating func run() {
        var batch: [CurlCommandQueue.Command] = []
        while commandQueue.dequeue(into: &batch) {
            for command in batch { execute(command) }
            batch.removeAll(keepingCapacity: true)
            driver.runOnce()
            completeFinishedTransfers()
        }
        for case .add(let exchange) in batch { exchange.end(.failure(CurlError.closed)) }
        for handle in handles.values {
            curl_multi_remove_handle(driver.multi, handle.easy)
            handle.exchange.end(.failure(CurlError.closed))
        }
        handles.removeAll()
    }

    private mutating func execute(_ command: CurlCommandQueue.Command) {
        switch command {
        case .add(let exchange):
            // Cancelled while it was in the queue: nothing must be sent.
            guard exchange.response.isPending else { return }
            do throws(CurlError) {
                let handle = try CurlHandle(exchange, tls: configuration.tls)
                let code = curl_multi_add_handle(driver.multi, handle.easy)
                guard code == CURLM_OK else {
                    throw CurlError(kind: .other, message: String(cString: curl_multi_strerror(code)))
                }
                handles[ObjectIdentifier(exchange)] = handle
                limitConnections()
            } catch {
                exchange.end(.failure(error))
            }
        case .remove(let exchange):
            guard let handle = handles.removeValue(forKey: ObjectIdentifier(exchange)) else { return }
            curl_multi_remove_handle(driver.multi, handle.easy)
        case .resume(let exchange):
            guard let handle = handles[ObjectIdentifier(exchange)] else { return }
            let code = handle.resume()
            if code != CURLE_OK { end(handle, code) }
        }
    }

    private mutating func completeFinishedTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(driver.multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // Read before `end`, which removes the handle and thereby frees the message.
            let code = message.pointee.data.result
            guard let handle = CurlHandle.of(easy) else { continue }
            end(handle, code)
        }
    }

    private mutating func end(_ handle: CurlHandle, _ code: CURLcode) {
        curl_multi_remove_handle(driver.multi, handle.easy)
        handles.removeValue(forKey: ObjectIdentifier(handle.exchange))
        handle.exchange.end(handle.result(code))
    }

    /// Adapts the connection limit. libcurl also counts connections in use: with a fixed limit, many long polls would
    /// close all idle connections.
    private func limitConnections() {
        let limit = handles.count + min(max(1, configuration.maxIdleConnections), 65_536)
        _ = ccurl_multi_set_long(driver.multi, CURLMOPT_MAXCONNECTS, limit)
    }
}
