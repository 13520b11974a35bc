namespace Micro.Transport.Grpc;

/// <summary>How one call is made. Immutable once in use.</summary>
public sealed class GrpcCallOptions
{
    /// <summary>
    /// Longest time the whole call may take, sent to the server as <c>grpc-timeout</c>; <see langword="null"/> (the
    /// default) for no limit. Zero or less fails at once with <see cref="GrpcStatusCode.DeadlineExceeded"/>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What is sent beside the request; nothing by default.</summary>
    public GrpcMetadata? Metadata { get; init; }

    /// <summary>
    /// What follows <c>application/grpc</c> in the content type, for example <c>json</c>; <see langword="null"/> (the
    /// default) for nothing, which means protobuf. Letters, digits, <c>-</c> and <c>.</c> only.
    /// </summary>
    public string? ContentSubtype { get; init; }
}
