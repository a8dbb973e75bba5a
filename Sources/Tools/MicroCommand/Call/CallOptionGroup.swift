// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroCore

/// The options of a call and of a stream.
struct CallOptionGroup: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A header of the request (MICRO_METADATA: separated by commas).", valueName: "name=value"))
    var metadata: [String] = []

    @Option(help: "The time limit, such as 500ms or 10s (default: that of the client, 5s; a stream has none).")
    var timeout: String?

    @Option(help: "Call the node at HOST:PORT, which need not be registered (MICRO_ADDRESS).")
    var address: String?

    @Option(help: "Call only nodes of this version.")
    var version: String?

    @Option(help: "The media type of the request; the body is sent as it is.")
    var contentType = "application/json"

    @Flag(name: [.short, .long], help: "Show the node, the attempts and their times on the standard error.")
    var verbose = false

    func validate() throws {
        _ = try headers
        _ = try timeLimit
        _ = try nodeAddress
    }

    /// The headers of the request.
    var headers: Headers {
        get throws {
            let environment = ProcessInfo.processInfo.environment["MICRO_METADATA"] ?? ""
            let pairs = metadata.isEmpty ? environment.split(separator: ",").map(String.init) : metadata
            return try MetadataPairs.parse(pairs, option: "--metadata")
        }
    }

    /// The time limit; nil for the client's.
    var timeLimit: Duration? { get throws { try timeout.map { try TimeLimit.parse($0, option: "--timeout") } } }

    /// The address of the node; nil to select one.
    var nodeAddress: Address? {
        get throws {
            let environment = ProcessInfo.processInfo.environment["MICRO_ADDRESS"]
            guard let text = address ?? environment, !text.isEmpty else { return nil }
            do { return try Address(parsing: text) } catch {
                throw ValidationError("--address \(text) is not an address: expected HOST:PORT.")
            }
        }
    }

    /// The options for the client.
    var callOptions: CallOptions {
        get throws {
            CallOptions(
                timeout: try timeLimit, filter: version.map { NodeFilter(versions: [$0]) }, address: try nodeAddress,
                headers: try headers)
        }
    }
}

/// Pairs `name=value` of options.
enum MetadataPairs {
    /// Reads pairs.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func parse(_ pairs: [String], option: String) throws -> Headers {
        var headers = Headers()
        for pair in pairs {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw ValidationError("\(option) \(pair) is not valid: expected NAME=VALUE.")
            }
            headers.add(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
        }
        return headers
    }
}
