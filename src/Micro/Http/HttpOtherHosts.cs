namespace Micro.Http;

/// <summary>The treatment of a request whose host is not a service of the registry.</summary>
public enum HttpOtherHosts
{
    /// <summary>
    /// Addresses go where they point: IP addresses, <c>localhost</c>, hosts with an explicit port, and hosts without
    /// <see cref="HttpDiscoveryOptions.Suffix"/> if one is set. A name that the registry does not know is an error.
    /// </summary>
    PassAddresses = 0,

    /// <summary>Names that the registry does not know go on to DNS as well. A registry that cannot be asked stays an error.</summary>
    PassAll,

    /// <summary>Every host must be a service: addresses are errors too.</summary>
    Refuse,
}
