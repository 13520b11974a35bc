using System.Net.Http.Json;

namespace Micro.Http;

/// <summary>Which bodies can be sent a second time.</summary>
internal static class RequestBody
{
    /// <summary>Bytes in memory and objects; anything else may be a stream that was read already.</summary>
    public static bool IsReplayable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };
}
