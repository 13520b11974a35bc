namespace Micro.Transport.Grpc;

/// <summary>The form of a gRPC path: <c>/service/method</c>.</summary>
internal static class GrpcPath
{
    private const int MaxLength = 512;

    public static bool IsValid(string path)
    {
        if (path.Length is < 4 or > MaxLength || path[0] != '/')
        {
            return false;
        }

        var slash = path.IndexOf('/', 1);
        return slash > 1
            && slash < path.Length - 1
            && path.IndexOf('/', slash + 1) < 0
            && !path.AsSpan().ContainsAnyExceptInRange('!', '~')
            && path.AsSpan().IndexOfAny("?#%\\") < 0;
    }
}
