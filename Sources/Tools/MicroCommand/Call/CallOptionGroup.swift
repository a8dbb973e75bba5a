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

    @Option(help: "The timeout, such as 500ms or 10s (default: that of the client for calls, 5s; none for streams).")
    var timeout: String?

    @Option(help: "Call the node at HOST:PORT, which need not be registered (MICRO_ADDRESS).")
    var address: String?

    @Option(help: "Call only nodes of this version.")
    var version: String?

    @Option(help: "The media type of the request; the body is sent as it is.")
    var contentType = "application/json"

    @Flag(name: [.short, .long], help: "Show the node, the attempts and their durations on standard error.")
    var verbose = false

    func validate() throws {
        _ = try headers
        _ = try timeLimit
        _ = try nodeAddress
    }

    /// The headers of the request.
    var headers: Headers {
        get throws {
            guard metadata.isEmpty else { return try MetadataPairs.parse(metadata, option: "--metadata") }
            let variable = "MICRO_METADATA"
            let text = ProcessInfo.processInfo.environment[variable] ?? ""
            return try MetadataPairs.parse(text.split(separator: ",").map(String.init), option: variable)
        }
    }

    /// The timeout; nil for the default: the client's for a call, none for a stream.
    var timeLimit: Duration? { get throws { try timeout.map { try TimeLimit.parse($0, option: "--timeout") } } }

    /// The address of the node; nil to select one.
    var nodeAddress: Address? {
        get throws {
            let variable = "MICRO_ADDRESS"
            let setting = address == nil ? variable : "--address"
            guard let text = address ?? ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return nil }
            do { return try Address(parsing: text) } catch {
                throw ValidationError("\(setting) \(text) is not an address: expected HOST:PORT.")
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

enum MetadataPairs {
    /// Parses `NAME=VALUE` pairs of an option or an environment variable.
    ///
    /// - Parameter option: The name of the option or variable.
    /// - Throws: `ValidationError` that names the option or variable.
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
