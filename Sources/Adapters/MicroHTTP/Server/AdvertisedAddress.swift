// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import NIOCore

/// The address that a listener publishes for its callers.
package enum AdvertisedAddress {
    /// The configured address; else the bound address; else, if that stands for every interface, the first private
    /// address of this machine.
    ///
    /// - Parameter setting: The setting that configures the address, for the error message.
    /// - Throws: ``MicroError`` with `invalidArgument` if this machine has no private address.
    package static func resolve(bound: Address, advertise: Address?, setting: String) throws -> Address {
        if let advertise { return Address(host: advertise.host, port: advertise.port ?? bound.port) }
        guard bound.isUnspecified else { return bound }
        guard let host = firstPrivateHost() else {
            throw MicroError(
                .invalidArgument,
                "\(bound) stands for every interface and this machine has no private address: set \(setting) to the "
                    + "HOST:PORT that callers can reach",
                origin: MicroError.Origin.server)
        }
        return Address(host: host, port: bound.port)
    }

    /// The first private IPv4 address (RFC 1918) in the order of the interfaces; nil also if they cannot be listed.
    private static func firstPrivateHost() -> String? {
        let interfaces = (try? System.enumerateDevices()) ?? []
        return interfaces.lazy.compactMap(\.address?.ipAddress).first(where: isPrivate)
    }

    /// Whether a text is a private IPv4 address (RFC 1918).
    package static func isPrivate(_ host: String) -> Bool {
        let parts = host.split(separator: ".").compactMap { UInt8($0) }
        guard parts.count == 4 else { return false }
        return parts[0] == 10 || (parts[0] == 172 && (16...31).contains(parts[1]))
            || (parts[0] == 192 && parts[1] == 168)
    }
}
