namespace Micro.Transport;

/// <summary>The caller reset its stream or lost its connection: a cancellation for handlers, with no peer to report to.</summary>
internal sealed class CallerGoneException(Exception? innerException = null) : OperationCanceledException("the caller is gone", innerException);
