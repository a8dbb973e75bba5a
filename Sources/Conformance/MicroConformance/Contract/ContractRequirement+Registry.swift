// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension ContractRequirement {
    /// The requirements of the registry contract.
    public static let registry: [ContractRequirement] =
        registryGeneral + registryRegistration + registryReads + registryWatches + registryFailures

    private static let registryGeneral = [
        ContractRequirement(
            "R-values-copied", "Registry",
            "Changing a value that was passed in or returned does not change what is stored.", ["R13"]),
        ContractRequirement(
            "R-node-order", "Registry",
            "Operations of one client on one node are executed one after the other.", ["R16", "R17", "R115"]),
        ContractRequirement(
            "R-namespaces", "Registry",
            "Clients of different namespaces do not see each other's services, whatever the names.", ["R43", "R100"]),
        ContractRequirement(
            "R-names", "NameRules", "A service name is stored exactly, or refused as invalidName before it is sent.",
            ["R10", "R94", "R95"]),
        ContractRequirement(
            "R-read-your-writes", "RegistryCapabilities.readYourWrites", "A client sees its own writes at once.",
            ["R02"]),
        ContractRequirement(
            "R-foreign-deregistration", "RegistryCapabilities.foreignDeregistration",
            "A client can deregister another client's node; the next heartbeat of its owner restores and reports it.",
            ["R20", "R87"]),
        ContractRequirement(
            "R-foreign-moves", "RegistryCapabilities.foreignMoves",
            "When a client moves another client's node to another service, the node leaves its old service immediately.",
            ["R93", "R114"]),
        ContractRequirement(
            "R-linearizable-reads", "RegistryCapabilities.linearizableReads",
            "A linearizable read sees all earlier writes of all clients; without the capability it is refused.",
            ["R52"]),
        ContractRequirement(
            "R-go-micro-records", "RegistryCapabilities.goMicroRecords",
            "Records are stored in go-micro's format: Go and Swift services find each other.", ["R56"]),
        ContractRequirement(
            "R-close-ends", "Registry.close",
            "Closing ends all watches and background work. Closing twice is allowed.", ["R29", "R55"]),
        ContractRequirement(
            "R-close-later-operations", "Registry.close", "Every operation after closing throws closed.", ["R55"]),
        ContractRequirement(
            "R-close-keeps-nodes", "Registry.close",
            "Registered nodes stay until their time to live ends.", ["R55"]),
        ContractRequirement(
            "R-close-other-clients", "Registry.close",
            "Closing a client does not affect the watches and registrations of other clients.", ["R91", "R93"]),
        ContractRequirement(
            "R-resources", "Registry",
            "Heartbeats and watches of a client share its connections; ended watches leave nothing at the backend.",
            ["R21", "R28", "R35", "R36"]),
    ]

    private static let registryRegistration = [
        ContractRequirement(
            "R-register-adds", "Registry.register", "Registering adds every node of the record.",
            ["R01", "R06"]),
        ContractRequirement(
            "R-register-fields", "ServiceRecord",
            "All fields of a record are returned as they were registered, whatever characters they contain.",
            ["R01", "R07", "R08", "R12"]),
        ContractRequirement(
            "R-register-refresh", "Registry.register",
            "Registering an unchanged record refreshes every node of it; watches see no change.",
            ["R14", "R23", "R85"]),
        ContractRequirement(
            "R-register-updates", "Registry.register", "Registering a changed record replaces the earlier one.",
            ["R15", "R93", "R104"]),
        ContractRequirement(
            "R-register-moves", "Registry.register",
            "A node belongs to the service and version of its latest registration, and disappears from the earlier one.",
            ["R05", "R89", "R93"]),
        ContractRequirement(
            "R-register-concurrent", "Registry.register",
            "Concurrent registrations of one node leave one node with the value of one of them.", ["R16"]),
        ContractRequirement(
            "R-register-detects-loss", "Registry.register",
            "A heartbeat detects that the backend has lost a node, and restores it.",
            ["R20", "R25", "R26", "R27", "R57", "R59", "R87", "R103"]),
        ContractRequirement(
            "R-register-repeatable", "Registry.register",
            "A registration that failed for one node throws, and can be repeated.", ["R60"]),
        ContractRequirement(
            "R-register-expiry", "Registry.register",
            "A node without a refresh disappears at the end of its time to live, not before.",
            ["R22", "R23", "R97", "R107"]),
        ContractRequirement(
            "R-register-no-expiry", "Registry.register",
            "A node registered without a time to live never expires, even if it had one before.", ["R24", "R88"]),
        ContractRequirement(
            "R-register-minimum", "Registry.register",
            "A time to live below the backend's minimum is raised to it.", ["R24"]),
        ContractRequirement(
            "R-register-time-to-live", "RegisterOutcome.timeToLive",
            "The time to live in force is returned; nil if the nodes never expire.", ["R24", "R88"]),
        ContractRequirement(
            "R-register-created", "RegisterOutcome.created",
            "created states whether at least one node was missing at the backend; a failover is not a loss.",
            ["R20", "R86", "R87", "R93", "R111"]),
        ContractRequirement(
            "R-register-invalid", "Registry.register",
            "A record that is not valid is refused before it is sent: no nodes, an address or port that cannot be called, "
                + "a time to live that is not above zero.", ["R08", "R12", "R24", "R95"]),
        ContractRequirement(
            "R-register-size", "ServiceRecord.maxSize",
            "A record of the maximum size is stored; a larger one is refused as payloadTooLarge and changes nothing.",
            ["R09"]),
        ContractRequirement(
            "R-deregister-removes", "Registry.deregister",
            "Deregistering removes the nodes of the record, and no others.",
            ["R18", "R90", "R93", "R106"]),
        ContractRequirement(
            "R-deregister-moved", "Registry.deregister",
            "Deregistering a moved node with its former service succeeds, and keeps it in its current one.",
            ["R93", "R113"]),
        ContractRequirement(
            "R-deregister-unknown", "Registry.deregister",
            "Deregistering a node that is not registered succeeds and changes nothing.", ["R19"]),
        ContractRequirement(
            "R-deregister-permanent", "Registry.deregister",
            "A deregistration has taken effect on return: only a later registration restores the node, and is kept.",
            ["R17", "R54", "R115"]),
        ContractRequirement(
            "R-registration-start", "Registration.start", "The record is registered when the start has returned.",
            ["R103"]),
        ContractRequirement(
            "R-registration-interval", "Registration.Configuration.interval",
            "A heartbeat refreshes at its interval, which can be much shorter than a third of the time to live.",
            ["R116"]),
        ContractRequirement(
            "R-registration-status", "RegistrationStatus",
            "Each loss is reported once with its cause, each restoration once, and nothing while the node is registered.",
            ["R23", "R25", "R26", "R27", "R57", "R85", "R103"]),
        ContractRequirement(
            "R-registration-heartbeat", "Registration.run",
            "Heartbeats keep every node registered, restore it after a loss, and deregister it at the end.",
            ["R23", "R25", "R26", "R27", "R57", "R59", "R85", "R103"]),
    ]

    private static let registryReads = [
        ContractRequirement(
            "R-lookup-versions", "Registry.lookUp",
            "A lookup returns one record for each version, described by its latest registration.",
            ["R05", "R93", "R101"]),
        ContractRequirement(
            "R-lookup-empty", "Registry.lookUp",
            "A lookup of a service without nodes returns an empty result, and creates nothing.", ["R03"]),
        ContractRequirement(
            "R-lookup-exact", "Registry.lookUp",
            "A lookup returns the nodes of exactly this service.", ["R11"]),
        ContractRequirement(
            "R-lookup-unreadable", "Registry.lookUp",
            "Records that cannot be read are skipped and logged; all others are returned.", ["R49"]),
        ContractRequirement(
            "R-lookup-foreign-ids", "Registry.lookUp",
            "Nodes that other programs registered are returned with valid node IDs, whatever their own IDs are.",
            ["R112"]),
        ContractRequirement(
            "R-list", "Registry.list", "The list has the name of each service with a node, sorted, each once.",
            ["R04", "R93"]),
        ContractRequirement(
            "R-list-complete", "Registry.list", "Lists and watches are complete with a thousand services.",
            ["R53", "R101"]),
    ]

    private static let registryWatches = [
        ContractRequirement(
            "R-watch-initial", "RegistryWatch", "The first element of a watch is the current state.",
            ["R30", "R37", "R98"]),
        ContractRequirement(
            "R-watch-later", "RegistryWatch",
            "Every later state follows: each kind of change is seen, also many in one transaction.",
            ["R15", "R22", "R30", "R31", "R53", "R93", "R105"]),
        ContractRequirement(
            "R-watch-order", "RegistryWatch", "The states of a node follow each other in the order of its writes.",
            ["R32"]),
        ContractRequirement(
            "R-watch-scope", "Registry.watch", "A watch of one service sees only that service.", ["R11", "R33"]),
        ContractRequirement(
            "R-watch-all", "Registry.watch", "A watch of all services sees every service of the namespace.",
            ["R33", "R43", "R89", "R93", "R98", "R99"]),
        ContractRequirement(
            "R-watch-slow", "RegistryWatch",
            "A slow reader skips to the newest state, and does not delay other readers.", ["R34"]),
        ContractRequirement(
            "R-watch-no-duplicates", "RegistryWatch", "Two equivalent states never follow each other.", ["R14", "R19"]),
        ContractRequirement(
            "R-watch-stale", "RegistryWatch",
            "When the backend becomes unreachable, the last state is delivered once more, marked stale with the cause.",
            ["R38", "R40", "R41", "R92", "R98", "R121"]),
        ContractRequirement(
            "R-watch-live-again", "RegistryWatch",
            "When the backend can be read again, a live state follows, and later changes are seen.",
            ["R38", "R39", "R40", "R41", "R58", "R92", "R98", "R120", "R121"]),
        ContractRequirement(
            "R-watch-unknown", "RegistryState.Freshness",
            "The first element is unknown with its cause if nothing could be read within the timeout.", ["R44", "R108"]),
        ContractRequirement(
            "R-watch-ends", "RegistryWatch",
            "A watch ends when it or its reading task is cancelled, and when its registry is closed.",
            ["R35", "R55", "R105"]),
        ContractRequirement(
            "R-watch-released", "RegistryWatch",
            "A watch whose last reference is released leaves nothing at the backend.",
            ["R35"]),
        ContractRequirement(
            "R-watch-throws", "Registry.watch", "Watching throws invalidName and closed only.",
            ["R10", "R44", "R55", "R108"]),
        ContractRequirement(
            "R-state-changes", "RegistryState.changes",
            "The changes between two states name each node with its record: created, updated or deleted.",
            ["R18", "R32"]),
    ]

    private static let registryFailures = [
        ContractRequirement(
            "R-errors", "Registry", "All operations throw MicroError or CancellationError.",
            ["R48", "R55", "R58", "R60", "R61", "R65", "R67", "R68", "R108"]),
        ContractRequirement(
            "R-timeout", "Registry", "All operations end within the adapter's configured timeout.",
            ["R29", "R48", "R58", "R61", "R65"]),
        ContractRequirement(
            "R-cancellation", "Registry", "All operations end promptly on cancellation.", ["R48", "R102"]),
        ContractRequirement(
            "R-unavailable", "Registry",
            "A backend that cannot be reached is reported as unavailable with its address, never as an empty result.",
            ["R44", "R50", "R60", "R61", "R65", "R67", "R108"]),
        ContractRequirement(
            "R-responses", "Registry",
            "A response that is not valid is an error, never data; unknown fields are ignored.",
            ["R68", "R71", "R72", "R73", "R74", "R75", "R76", "R77", "R78", "R79", "R80", "R81", "R82", "R83", "R84"]),
        ContractRequirement(
            "R-recovery", "Registry",
            "After a loss of the backend, the adapter retries with backoff and without limit until it recovers.",
            [
                "R38", "R39", "R41", "R44", "R58", "R60", "R61", "R62", "R63", "R64", "R65", "R66", "R67", "R68", "R69",
                "R70",
            ]
        ),
        ContractRequirement(
            "R-failover", "Registry", "With several addresses, the adapter uses one that works.", ["R45", "R110"]),
        ContractRequirement(
            "R-credentials", "MicroError.Code",
            "Wrong credentials are reported as unauthenticated, missing permissions as permissionDenied.",
            ["R41", "R46"]),
        ContractRequirement("R-secrets", "MicroError.message", "No text contains a secret.", ["R46", "R96"]),
        ContractRequirement(
            "R-tls", "ClientTLSConfiguration",
            "A certificate of an unknown authority or for another host name is refused.", ["R47"]),
    ]
}
