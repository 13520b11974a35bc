using Grpc.Core;
using Micro;

namespace Greeter;

/// <summary>Errors of calls on one line.</summary>
internal static class ErrorText
{
    /// <summary>Returns the text of an error; generated stubs throw <see cref="RpcException"/> with the error of the framework inside.</summary>
    public static string Of(Exception exception) => exception switch
    {
        RpcException { Status.DebugException: MicroException error } => $"error {error.Code} {error.Id}: {error.Detail}",
        RpcException error => $"error {error.StatusCode}: {error.Status.Detail}",
        _ => exception.Message,
    };
}
