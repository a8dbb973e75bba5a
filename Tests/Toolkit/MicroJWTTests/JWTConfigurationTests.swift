// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import MicroCore
import Testing

@testable import MicroJWT

/// The settings of ``JWTAuthenticator``.
@Suite struct JWTConfigurationTests {
    private func read(_ variables: [String: String]) throws -> JWTConfiguration? {
        try JWTConfiguration(
            configReader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)),
            prefix: "micro.api")
    }

    @Test func settingsAreRead() throws {
        let configuration = try read([
            "MICRO_API_JWKS": "https://issuer.example/keys", "MICRO_API_JWT_ISSUER": "https://issuer.example",
            "MICRO_API_JWT_AUDIENCE": "api", "MICRO_API_JWT_CLOCK_SKEW": "1m", "MICRO_API_JWT_CLAIMS": "email, roles",
        ])
        #expect(configuration?.keys == .url("https://issuer.example/keys"))
        #expect(configuration?.clockSkew == .seconds(60) && configuration?.claims == ["email", "roles"])
        #expect(try read([:]) == nil)
    }

    @Test func settingsAreRequiredTogether() {
        let error = #expect(throws: MicroError.self) { try read(["MICRO_API_JWT_ISSUER": "i"]) }
        #expect(error?.message.contains("MICRO_API_JWKS") == true)
    }

    private func withFile(_ content: String, _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID().uuidString).json")
        try Data(content.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path())
    }

    @Test func fileReplacesSettings() throws {
        let content = #"{"rules": [], "jwt": {"jwks": "keys.json", "issuer": "i", "algorithms": ["ES256", "RS256"]}}"#
        try withFile(content) { (path) throws in
            let configuration = try read([
                "MICRO_API_CONFIG": path, "MICRO_API_JWT_ISSUER": "other", "MICRO_API_JWT_AUDIENCE": "api",
                "MICRO_API_JWT_CLOCK_SKEW": "0",
            ])
            #expect(configuration?.keys == .file("keys.json") && configuration?.issuer == "i")
            #expect(configuration?.audience == "api" && configuration?.clockSkew == .zero)
            #expect(configuration?.algorithms == ["ES256", "RS256"])
        }
        try withFile("{}") { (path) throws in #expect(try read(["MICRO_API_CONFIG": path]) == nil) }
    }

    @Test(arguments: [
        (#"{"jwt": 1}"#, "jwt is not"), (#"{"jwt": {"keys": "a"}}"#, "jwt.keys is not known"),
        (#"{"jwt": {"issuer": 1}}"#, "jwt.issuer"), (#"{"jwt": {"algorithms": ["HS256"]}}"#, "jwt.algorithms"),
        (#"{"jwt": {"algorithms": "none"}}"#, "jwt.algorithms"), (#"{"jwt": {"clock_skew": "x"}}"#, "jwt.clock_skew"),
        ("[", "JSON"),
    ]) func invalidMembersAreNamed(_ content: String, _ part: String) throws {
        try withFile(content) { (path) throws in
            let error = #expect(throws: MicroError.self) {
                try read([
                    "MICRO_API_CONFIG": path, "MICRO_API_JWKS": "k", "MICRO_API_JWT_ISSUER": "i",
                    "MICRO_API_JWT_AUDIENCE": "a",
                ])
            }
            #expect(
                error?.code == .invalidArgument && error?.message.contains(part) == true, "\(String(describing: error))"
            )
        }
    }
}
