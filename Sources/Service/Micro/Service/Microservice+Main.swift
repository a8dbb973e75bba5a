// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Microservice {
    /// Runs the main function of a program. If the body throws, prints the error to standard error in one line, and
    /// exits with status 1.
    ///
    /// Without this function, an error that the main function throws, such as one for a mistyped setting, ends the
    /// program with a trap and a backtrace.
    ///
    /// ```swift
    /// @main struct Main {
    ///     static func main() async {
    ///         await Microservice.main {
    ///             let service = try Microservice("greeter")
    ///             try await service.runService()
    ///         }
    ///     }
    /// }
    /// ```
    public static func main(_ body: () async throws -> Void) async {
        do { try await body() } catch {
            let program = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "error"
            let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
            FileHandle.standardError.write(Data("\(program): \(text)\n".utf8))
            exit(1)
        }
    }
}
