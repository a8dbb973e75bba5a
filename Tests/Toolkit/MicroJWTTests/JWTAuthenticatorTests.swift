// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import JWTKit
import Logging
import MicroCore
import MicroEdge
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroJWT

/// Tokens of an issuer whose keys are in a file or at a URL.
@Suite(.blocking, .timeLimit(.minutes(1))) struct JWTAuthenticatorTests {
    private struct Claims: JWTPayload {
        var iss: String? = "https://issuer.example"
        var aud: [String]? = ["api"]
        var sub: String? = "ada"
        var exp: Double? = Date().timeIntervalSince1970 + 300
        var nbf: Double?
        var iat: Double?
        var scope: String? = "read write"
        var roles: [String]?

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    /// A key of the issuer, and its public part as an entry of a key set.
    private struct Key {
        let id: String
        let key = ES256PrivateKey()

        var entry: [String: Any] {
            let parameters = key.publicKey.parameters
            return ["kty": "EC", "crv": "P-256", "kid": id, "x": parameters?.x ?? "", "y": parameters?.y ?? ""]
        }

        func sign(_ claims: Claims = Claims(), id: String? = nil) async throws -> String {
            let collection = await JWTKeyCollection().add(ecdsa: key)
            return try await collection.sign(claims, header: ["kid": .string(id ?? self.id)])
        }
    }

    private let key = Key(id: "k1")

    private static func keySet(_ keys: Key..., others: [[String: Any]] = []) throws -> Data {
        try JSONSerialization.data(withJSONObject: ["keys": others + keys.map(\.entry)])
    }

    private func withFile(_ content: Data, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString).json").path()
        try content.write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func withAuthenticator(
        _ change: (inout JWTConfiguration) -> Void = { _ in }, _ body: (JWTAuthenticator, String) async throws -> Void
    ) async throws {
        try await withFile(try Self.keySet(key)) { (path) async throws in
            var configuration = JWTConfiguration(
                keys: .file(path), issuer: "https://issuer.example", audience: "api")
            configuration.minRefreshInterval = .zero
            change(&configuration)
            try await body(try await JWTAuthenticator(configuration, logger: LogRecorder().logger), path)
        }
    }

    private func identity(_ authenticator: JWTAuthenticator, _ token: String) async throws -> Identity? {
        let head = HTTPRequest(
            method: .get, scheme: "http", authority: "a", path: "/", headerFields: [.authorization: "Bearer \(token)"])
        return try await authenticator.authenticate(Request(head: head, body: .init(buffer: ByteBuffer())))
    }

    private func code(_ authenticator: JWTAuthenticator, _ token: String) async -> MicroError.Code? {
        do {
            _ = try await identity(authenticator, token)
            return nil
        } catch {
            return (error as? MicroError)?.code
        }
    }

    @Test func subjectAndClaimsAreTheIdentity() async throws {
        try await withAuthenticator {
            $0.claims = ["roles", "email"]
        } _: { (authenticator, _) async throws in
            var claims = Claims()
            claims.roles = ["admin", "ops"]
            let identity = try await identity(authenticator, key.sign(claims))
            #expect(identity == Identity(name: "ada", attributes: ["scope": "read write", "roles": "admin ops"]))
        }
    }

    @Test func otherCredentialsAreLeftToOthers() async throws {
        try await withAuthenticator { (authenticator, _) async throws in
            #expect(try await identity(authenticator, "an-api-key") == nil)
            #expect(try await identity(authenticator, "a.b") == nil)
        }
    }

    private static var now: Double { Date().timeIntervalSince1970 }

    /// Claims that are not accepted, and the others that are close to them.
    private static var claims: [(Claims, MicroError.Code?)] {
        [
            (Claims(iss: "https://other.example"), .unauthenticated), (Claims(iss: nil), .unauthenticated),
            (Claims(aud: ["other"]), .unauthenticated), (Claims(aud: []), .unauthenticated),
            (Claims(aud: nil), .unauthenticated), (Claims(aud: ["other", "api"]), nil),
            (Claims(exp: nil), .unauthenticated), (Claims(exp: now - 60), .unauthenticated),
            (Claims(exp: now - 5), nil),
            (Claims(nbf: now + 120), .unauthenticated), (Claims(nbf: now + 5), nil),
            (Claims(iat: now + 120), .unauthenticated), (Claims(iat: now), nil), (Claims(sub: nil), .unauthenticated),
            (Claims(sub: ""), .unauthenticated), (Claims(sub: " ada"), .unauthenticated),
            (Claims(sub: "ada "), .unauthenticated), (Claims(sub: "a\r\nX-Micro-Identity: root"), .unauthenticated),
        ]
    }

    @Test(arguments: 0..<Self.claims.count) func claimsAreChecked(index: Int) async throws {
        let (claims, expected) = Self.claims[index]
        try await withAuthenticator { (authenticator, _) async throws in
            #expect(await code(authenticator, try await key.sign(claims)) == expected, "\(claims)")
        }
    }

    @Test func tokensThatWereChangedAreRejected() async throws {
        let stranger = Key(id: "k1")
        try await withAuthenticator { (authenticator, _) async throws in
            let token = try await key.sign()
            let parts = token.split(separator: ".").map(String.init)
            let other = try await key.sign(Claims(sub: "root")).split(separator: ".").map(String.init)
            func encoded(_ text: String) -> String {
                Data(text.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-")
                    .replacing("/", with: "_")
            }
            let forged = [
                try await stranger.sign(), "\(parts[0]).\(other[1]).\(parts[2])", "\(parts[0]).\(parts[1]).",
                "\(encoded(#"{"alg":"none","kid":"k1"}"#)).\(parts[1]).", "..", "a.b.c",
                "\(encoded(#"{"alg":"HS256","kid":"k1"}"#)).\(parts[1]).\(parts[2])",
                "\(encoded(#"{"alg":"ES256","kid":"k1","crit":["x"]}"#)).\(parts[1]).\(parts[2])",
                "\(encoded(#"{"alg":"ES256","kid":"unknown"}"#)).\(parts[1]).\(parts[2])",
                "\(parts[0]).\(parts[1]).\(String(repeating: "A", count: 20_000))",
            ]
            for token in forged { #expect(await code(authenticator, token) == .unauthenticated, "\(token.prefix(80))") }
            #expect(await code(authenticator, token) == nil)
        }
    }

    @Test func mutatedTokensAreRejected() async throws {
        var fuzzer = Fuzzer(seed: 24)
        try await withAuthenticator { (authenticator, _) async throws in
            let token = try await key.sign()
            for _ in 0..<300 {
                let text = String(decoding: fuzzer.mutated(Array(token.utf8)), as: UTF8.self)
                guard text != token, text.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else { continue }
                let identity = try? await identity(authenticator, text)
                // The last character of a signature has bits without a meaning.
                #expect(identity == nil || text.count == token.count && text.dropLast() == token.dropLast())
            }
        }
    }

    @Test func newKeysAreFoundAndOldOnesForgotten() async throws {
        try await withAuthenticator { (authenticator, path) async throws in
            let old = try await key.sign()
            #expect(await code(authenticator, old) == nil)
            let new = Key(id: "k2")
            try Self.keySet(new).write(to: URL(filePath: path))
            #expect(await code(authenticator, try await new.sign()) == nil)
            #expect(await code(authenticator, old) == .unauthenticated)
        }
    }

    @Test func keysStayInUseWhileTheSourceCannotBeRead() async throws {
        try await withAuthenticator {
            $0.refreshInterval = .zero
        } _: { (authenticator, path) async throws in
            let token = try await key.sign()
            #expect(await code(authenticator, token) == nil)
            try Data("{}".utf8).write(to: URL(filePath: path))
            for _ in 0..<20 { #expect(await code(authenticator, token) == nil) }
        }
    }

    @Test func keysAreReadFromAURL() async throws {
        let requests = Counter()
        let content = String(decoding: try Self.keySet(key), as: UTF8.self)
        let server = try ScriptedServer(responding: { _ in
            requests.add()
            return ScriptedResponse(text: content)
        })
        defer { server.stop() }
        var configuration = JWTConfiguration(
            keys: .url("http://127.0.0.1:\(server.port)/jwks"), issuer: "https://issuer.example", audience: "api")
        configuration.minRefreshInterval = .seconds(60)
        let authenticator = try await JWTAuthenticator(configuration, logger: LogRecorder().logger)
        let token = try await key.sign()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 { group.addTask { () async throws in #expect(await code(authenticator, token) == nil) } }
            try await group.waitForAll()
        }
        // Unknown keys do not make the server read the set for each token.
        for _ in 0..<8 { #expect(await code(authenticator, try await key.sign(id: "other")) == .unauthenticated) }
        #expect(requests.value == 1)
    }

    @Test func keysThatWereNeverReadAreReported() async throws {
        let port = try Machine.freePorts(1)[0]
        let authenticator = try await JWTAuthenticator(
            JWTConfiguration(keys: .url("http://127.0.0.1:\(port)/"), issuer: "i", audience: "a"),
            logger: LogRecorder().logger)
        #expect(await code(authenticator, try await key.sign()) == .unavailable)
    }

    @Test func keysThatCannotVerifyAreLeftOut() async throws {
        let others: [[String: Any]] = [
            ["kty": "oct", "kid": "secret", "k": "c2VjcmV0"], ["kty": "RSA", "kid": "broken", "n": "AQ"],
            ["kty": "EC", "crv": "P-256", "kid": "enc", "use": "enc", "x": "AQ", "y": "AQ"], [:],
        ]
        try await withFile(try Self.keySet(key, others: others)) { (path) async throws in
            let authenticator = try await JWTAuthenticator(
                JWTConfiguration(keys: .file(path), issuer: "https://issuer.example", audience: "api"))
            #expect(await code(authenticator, try await key.sign()) == nil)
            for id in ["secret", "broken", "enc", ""] {
                #expect(await code(authenticator, try await key.sign(id: id)) == .unauthenticated)
            }
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"AA"}]}"#])
    func invalidKeyFileFailsAtStart(_ content: String) async throws {
        try await withFile(Data(content.utf8)) { (path) async throws in
            let error = await #expect(throws: MicroError.self) {
                try await JWTAuthenticator(JWTConfiguration(keys: .file(path), issuer: "i", audience: "a"))
            }
            #expect(error?.code == .invalidArgument && error?.message.contains(path) == true)
        }
    }

    @Test(arguments: ["http://issuer.example/keys", "ftp://localhost/", "https://"])
    func keysNeedASecureURL(_ url: String) async throws {
        await #expect(throws: MicroError.self) {
            try await JWTAuthenticator(JWTConfiguration(keys: .url(url), issuer: "i", audience: "a"))
        }
    }

    /// A public RSA key as an HMAC secret, the classic confusion of algorithms, and other algorithms than that of the key.
    @Test func tokensCannotChooseTheirAlgorithm() async throws {
        let rsa = try Insecure.RSA.PrivateKey(pem: Self.rsaKey)
        let (modulus, exponent) = try rsa.publicKey.getKeyPrimitives()
        func encoded(_ data: Data) -> String {
            data.base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
        }
        let entry = ["kty": "RSA", "kid": "rsa", "n": encoded(modulus), "e": encoded(exponent)]
        try await withFile(try Self.keySet(key, others: [entry])) { (path) async throws in
            var configuration = JWTConfiguration(
                keys: .file(path), issuer: "https://issuer.example", audience: "api")
            let authenticator = try await JWTAuthenticator(configuration, logger: LogRecorder().logger)
            func token(_ keys: JWTKeyCollection) async throws -> String {
                try await keys.sign(Claims(), header: ["kid": .string("rsa")])
            }
            let right = try await token(JWTKeyCollection().add(rsa: rsa, digestAlgorithm: .sha256))
            #expect(await code(authenticator, right) == nil)
            let others = try await [
                token(JWTKeyCollection().add(rsa: rsa, digestAlgorithm: .sha512)),
                token(JWTKeyCollection().add(pss: rsa, digestAlgorithm: .sha256)),
                token(
                    JWTKeyCollection().add(
                        hmac: HMACKey(from: rsa.publicKey.pemRepresentation), digestAlgorithm: .sha256)),
                token(JWTKeyCollection().addUnsecuredNone()),
                token(JWTKeyCollection().add(ecdsa: key.key)),
            ]
            for token in others {
                #expect(await code(authenticator, token) == .unauthenticated, "\(token.prefix(60))")
            }
            configuration.algorithms = ["ES256"]
            let narrow = try await JWTAuthenticator(configuration, logger: LogRecorder().logger)
            #expect(await code(narrow, right) == .unauthenticated)
            #expect(await code(narrow, try await key.sign()) == nil)
            for algorithms in [["HS256"], ["none"], []] {
                configuration.algorithms = Set(algorithms)
                await #expect(throws: MicroError.self) { try await JWTAuthenticator(configuration) }
            }
        }
    }

    @Test func smallRSAKeysAreLeftOut() async throws {
        let entry = ["kty": "RSA", "kid": "small", "n": String(repeating: "x", count: 171), "e": "AQAB"]
        try await withFile(try JSONSerialization.data(withJSONObject: ["keys": [entry]])) { (path) async throws in
            await #expect(throws: MicroError.self) {
                try await JWTAuthenticator(JWTConfiguration(keys: .file(path), issuer: "i", audience: "a"))
            }
        }
    }

    @Test func redirectsOfTheKeysAreNotFollowed() async throws {
        let content = String(decoding: try Self.keySet(key), as: UTF8.self)
        let target = try ScriptedServer(responding: { _ in ScriptedResponse(text: content) })
        defer { target.stop() }
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(target.port)/\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let authenticator = try await JWTAuthenticator(
            JWTConfiguration(
                keys: .url("http://127.0.0.1:\(server.port)/"), issuer: "https://issuer.example", audience: "api"),
            logger: LogRecorder().logger)
        #expect(await code(authenticator, try await key.sign()) == .unavailable)
    }

    /// A key of 2048 bits that is used nowhere else.
    private static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCGMQWdWPbzI752
        mgBrZRjQ6nP7bF9f4NPYIMT0v5Av7sFR57eF0VPklwLXDNFGNwE96gY/wygfNTZg
        2RYi9AIkpFgfjvQACSUol5mvAX91kbvSR1QQUFxiwJKzQf6HDxxKGJkAsp+1fyug
        JluNrgkBGKnF+YCPtMx/p3TW843tejIvXLmXUSjBaWgtxjtFkgRVWSVwiCGmn3DF
        LsSvz3PPEn6g+VwH/MbhqZRk5SYGhlX7I9memwM2/RB/QYoRBlV4V6L6RQ1LopBZ
        yT/Ni7GP0MJ63KxSOKALAF82qQxiqbUKWOalM2Q7FVnBuDjr6nMdF1vFVopLsx7W
        z/FxGHcHAgMBAAECggEAB5y3n9G7Iyxvkn9xRKZV07a+YOXTPIzJbPo251ddO4ra
        BpEUH7rcfRwf5MkXr1mmxWIFfA/QXSzXP9kwtfI3k5KLDoc9H39lTznXqvjKcoXo
        11Mv2UO7FJMDVLiKqBNbByJWvkEOaZekMY/beQcFVb2WFo1Ca2SAhpaePHn7yXEk
        aKJKCO58RDu460iviuGnjuQJGS8w6nnsmoGLuruKQ+l+jaLtB3be5g2tL9VX54Mj
        2gdWifl3WICBsy9angS+bDdbUvOgPKB1lNkEt0wpgYxNzUv4MtYoltpL2Q55529L
        zX6Y9Da+4nsJDaZaBdSuBgMeKa3ppSxJeO7LBcxP0QKBgQC7xJqKqxK17qY27aSt
        oBK2CwUL8U3YDsUbaGg7Q2FnZ4B5Q+pEUAx8bj67vi5XX8LHtFgoeV8bmZvjGxxb
        QHW5WuAGZ9stYyhr+Nxc7UIfdhUaov66NjdpGiT2Cz6RQnv+FgJW1rpQAynMXISB
        z1S9dq4fyzE7imeRDnlxKIQyCQKBgQC29GKmnCV8Bifylk15qS3h73X06r6nOGaB
        OETs4nvjuQx91lXENbsDh6VKz0Jh4ogaq9jCYorXtc/v1AooRTCE6XJo7ag0CcHy
        /AypMfy2jDEtHZemrLmGSkqp90QsoYfQSVpo9ZVZ0hqjlw1QUEAmKotggpNwYECn
        BCjH501kjwKBgH3GDOrT+t2I9SeX+ZYfwkjUitXcFhOimR9pyV/hG47DQsh32KVX
        pXV392eU1b/LMlLJF8BMxItdUpFGqLDrNbAqEiPYT3VQlVP1x84rUv51/17vTYd4
        J5esXpO9JnTwvtOM9JYskXJlHAt68XtuYMnkhHBhkCHc7NC6jFhjFmHZAoGAW0fP
        OIVLhnej0rr+6KZqCAHrfkjo2pGfQvWKHg5Z9aJMAzS/Eegk6HvzEkIaQrA9a+E1
        grabw0go+OV4M+Nhc87tkECS3XPI2qy6vGf+SC3mEzZihXxEDCZg3jBKSWJGWrte
        amOtImVbeSdSMzH275Pmej5rxXOgjjPbDPHwgS0CgYB19qSxC2EARdn9YkkerNXx
        4MZQa5+SQcYDV214pPqXo8anFTgq/5YJNeEyrazC8+8+4ifscMuPz4m3TsEyTcAn
        uIGnyYHiTfF+0J0nET1S9XcUbWH9SakiGtLF4f+unL20E9w4no7vMSPHhEURgqyc
        NPrpqU+F74KAFNB+nd2F9g==
        -----END PRIVATE KEY-----
        """
}
