namespace Micro.Transport;

/// <summary>The caller reset its stream or lost its connection: a cancellation to handlers, with no peer left to report it to.</summary>
internal sealed class CallerGoneException(Exception? innerException = null) : OperationCanceledException("the caller is gone", innerException);
