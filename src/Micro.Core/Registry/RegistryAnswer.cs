namespace Micro.Registry;

/// <summary>The last answer of the registry about a server's record; readiness goes by it.</summary>
internal enum RegistryAnswer
{
    /// <summary>Not asked: not started, withheld by the register check, withdrawn, or ended.</summary>
    NotAsked = 0,

    /// <summary>The first assertion is on its way.</summary>
    Awaited,

    /// <summary>No answer: the registry is away, which is no fault of the server.</summary>
    Silent,

    /// <summary>The registry confirmed the record.</summary>
    Held,

    /// <summary>The registry answered that it does not hold the record.</summary>
    Refused,
}
