using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry.Kit;

/// <summary>Service records as go-micro writes them in JSON, which all its registries share.</summary>
public static class ServiceRecordJson
{
    /// <summary>Writes a record: members in Go's order, keys of maps sorted, <c>null</c> for what is empty.</summary>
    /// <param name="service">The record.</param>
    /// <returns>The JSON in UTF-8.</returns>
    public static byte[] Write(ServiceRecord service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return RecordJson.Write(service);
    }

    /// <summary>
    /// Reads a record tolerantly: names of members in any letter case, missing members are empty, unknown ones are skipped, at most 64
    /// levels deep. Whether the values are allowed is not checked (<see cref="ServiceRecordRules"/>).
    /// </summary>
    /// <param name="json">The JSON in UTF-8.</param>
    /// <param name="service">The record; <see langword="null"/> when the text is no JSON object or a member has the wrong kind.</param>
    /// <returns><see langword="true"/> when it could be read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out ServiceRecord? service) => RecordJsonReader.TryReadService(json, out service);
}
