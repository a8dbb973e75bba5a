// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroConsul
import MicroCore
import MicroEtcd
import MicroKubernetes

/// Reads the version of a registry's server over HTTP, and compares its clock with the one of this machine.
struct ServerProbe {
    /// The difference of the clocks above which a warning is given, in seconds: times to live are compared across hosts.
    private static let maxClockDifference = 2.0

    let settings: Settings
    /// The name of the registry's adapter.
    let registry: String

    func checks() async -> [Diagnosis.Check] {
        switch registry {
        case "consul":
            let consul = ConsulConfiguration(configReader: settings.reader)
            return await checks(
                of: consul.addresses.first, defaultPort: 8500, usesTLS: consul.usesTLS, tls: consul.curlTLS,
                headers: consul.token.map { [("X-Consul-Token", $0.reveal())] } ?? [], path: "/v1/agent/self",
                version: { (($0["Config"] as? [String: Any])?["Version"]) as? String })
        case "etcd":
            let etcd = EtcdConfiguration(configReader: settings.reader)
            return await checks(
                of: etcd.addresses.first, defaultPort: 2379, usesTLS: etcd.usesTLS, tls: etcd.curlTLS, headers: [],
                path: "/version", version: { $0["etcdserver"] as? String })
        case "kubernetes":
            // The check of the registry reports invalid settings.
            guard let kubernetes = try? KubernetesConfiguration(configReader: settings.reader) else { return [] }
            return await checks(
                of: kubernetes.addresses.first, defaultPort: 6443, usesTLS: kubernetes.usesTLS, tls: kubernetes.curlTLS,
                headers: Self.token(of: kubernetes).map { [("Authorization", "Bearer \($0)")] } ?? [],
                path: "/version", version: { $0["gitVersion"] as? String })
        default: return []
        }
    }

    private static func token(of kubernetes: KubernetesConfiguration) -> String? {
        kubernetes.token?.reveal()
            ?? kubernetes.tokenFile.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func checks(
        of address: String?, defaultPort: Int, usesTLS: Bool, tls: CurlTLS,
        headers: [(String, String)], path: String, version: ([String: Any]) -> String?
    ) async -> [Diagnosis.Check] {
        guard let address, let url = Self.url(address, defaultPort: defaultPort, usesTLS: usesTLS) else { return [] }
        let transfer = CurlTransfer(configuration: .init(tls: tls))
        defer { Task { await transfer.close() } }
        let start = Date.now
        let request = CurlRequest(url: url + path, headers: headers, timeout: .seconds(3))
        guard let response = try? await transfer.perform(request), response.status == 200 else {
            return [
                Diagnosis.Check(
                    name: "version", status: .warning, finding: "\(url)\(path) does not answer",
                    remedy: "check that the credentials allow reading it; nothing else depends on it")
            ]
        }
        let middle = start.addingTimeInterval(Date.now.timeIntervalSince(start) / 2)
        let object = try? JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        var checks = [
            Diagnosis.Check(
                name: "version", status: .ok, finding: "\(registry) \(object.flatMap(version) ?? "of unknown version")")
        ]
        if let date = response.headers["date"].flatMap(HTTPDate.parse) {
            checks.append(Self.clockCheck(difference: date.timeIntervalSince(middle)))
        }
        return checks
    }

    private static func clockCheck(difference: TimeInterval) -> Diagnosis.Check {
        // The header has whole seconds, so that half a second is added on average.
        let text = String(format: "%.0f s", (difference + 0.5).magnitude)
        guard (difference + 0.5).magnitude > maxClockDifference else {
            return Diagnosis.Check(name: "clock", status: .ok, finding: "within \(text) of the server")
        }
        return Diagnosis.Check(
            name: "clock", status: .warning,
            finding: "the server's clock is \(text) \(difference > 0 ? "ahead" : "behind")",
            remedy: "synchronize both clocks with NTP")
    }

    private static func url(_ address: String, defaultPort: Int, usesTLS: Bool) -> String? {
        if address.hasPrefix("http://") || address.hasPrefix("https://") { return address }
        guard let parsed = try? Address(parsing: address) else { return nil }
        let target = Address(host: parsed.host, port: parsed.port ?? defaultPort)
        return "\(usesTLS ? "https" : "http")://\(target)"
    }
}

/// The date of an HTTP header (RFC 9110, section 5.6.7).
enum HTTPDate {
    static func parse(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}
