using Micro.Contracts.Model;

namespace Micro.Contracts.Writing;

/// <summary>Full names of what generated code uses: nothing in a user's namespaces can hide them.</summary>
internal static class Known
{
    public const string Context = "global::Micro.Server.HandlerContext";
    public const string ContractHandler = "global::Micro.Server.IContractHandler";
    public const string ContractBinder = "global::Micro.Server.IContractBinder";
    public const string HandlerOfCall = $"global::System.Func<{Context}, {ContractHandler}>";
    public const string Client = "global::Micro.Client.IMicroClient";
    public const string StreamCalls = "global::Micro.Client.StreamCalls";
    public const string CallOptions = "global::Micro.Client.CallOptions";
    public const string Error = "global::Micro.MicroException";
    public const string ServiceDescriptor = "global::Google.Protobuf.Reflection.ServiceDescriptor";
    public const string CancellationToken = "global::System.Threading.CancellationToken";
    public const string Cancelled = "global::System.OperationCanceledException";

    public static string Task(string type) => $"global::System.Threading.Tasks.Task<{type}>";

    public static string Stream(string type) => $"global::System.Collections.Generic.IAsyncEnumerable<{type}>";

    public static string ClientStream(Method method) => $"global::Micro.Client.IClientStream<{method.Request}, {method.Response}>";

    /// <summary>A member cannot have the name of its class: as in protoc's messages, it gets a <c>_</c>.</summary>
    public static string Member(string name, string @class) => string.Equals(name, @class, StringComparison.Ordinal) ? $"{name}_" : name;
}
