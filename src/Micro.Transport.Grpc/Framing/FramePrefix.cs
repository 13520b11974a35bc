namespace Micro.Transport.Grpc.Framing;

/// <summary>The prefix of a message in gRPC: a flag and the length in four bytes.</summary>
internal static class FramePrefix
{
    public const int Length = 5;
}
