using Micro.Transport.Grpc;

namespace Micro.Registry.Etcd.Api;

/// <summary>What etcd's errors mean.</summary>
internal static class EtcdErrors
{
    /// <summary>Whether a new token may help. etcd reports a missing one and one from before a change of rights in words only.</summary>
    public static bool IsStaleToken(GrpcException error) =>
        error.StatusCode == GrpcStatusCode.Unauthenticated
        || (error.StatusCode == GrpcStatusCode.InvalidArgument
            && (error.Detail.Contains("user name is empty", StringComparison.Ordinal)
                || error.Detail.Contains("revision of auth store is old", StringComparison.Ordinal)));

    /// <summary>Whether another member may do better. Every operation here may be repeated.</summary>
    public static bool MayTryAnother(GrpcException error) =>
        error.StatusCode == GrpcStatusCode.Unavailable
        || error.Kind is ErrorKind.Connect or ErrorKind.NotSent or ErrorKind.Broken or ErrorKind.Timeout;

    public static bool IsDenied(GrpcException error) =>
        error.StatusCode is GrpcStatusCode.PermissionDenied or GrpcStatusCode.Unauthenticated or GrpcStatusCode.InvalidArgument;

    public static RegistryException Translate(GrpcException error) =>
        IsDenied(error)
            ? new RegistryDeniedException("etcd", $"etcd refused: {error.Detail}", error)
            : new RegistryUnavailableException("etcd", $"etcd cannot be used: {error.Detail}", error);
}
