namespace Micro.Transport.Grpc.Server;

/// <summary>The caller reset its stream or lost its connection: a cancellation to handlers, and nobody is left to tell.</summary>
internal sealed class CallerGoneException(Exception? innerException = null) : OperationCanceledException("the caller is gone", innerException);
