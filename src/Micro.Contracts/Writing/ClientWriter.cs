using Micro.Contracts.Model;

namespace Micro.Contracts.Writing;

/// <summary>Writes the client.</summary>
internal sealed class ClientWriter(CodeWriter writer, Service service, string serviceName)
{
    private const string CallParameters = $"{Known.CallOptions}? options = null, {Known.CancellationToken} cancellationToken = default";

    private readonly string _class = Known.Member("Client", service.Name);

    public void Write()
    {
        writer.Line($"/// <summary>Calls {service.Name}. Safe for concurrent use; derive from it to put something else in its place in tests.</summary>");
        Deprecated(service.IsDeprecated, service.Name);
        writer.Block($"public partial class {_class}", Members);
    }

    private void Members()
    {
        var hasIdempotent = service.Methods.Any(IsRepeatable);
        if (hasIdempotent)
        {
            writer.Line($"private static readonly {Known.CallOptions} _repeatable = new() {{ Idempotent = true }};");
        }

        writer.Line($"private readonly {Known.Client}? _client;");
        writer.Line("private readonly string _service;");
        writer.Line();
        Constructors();
        foreach (var method in service.Methods)
        {
            writer.Line();
            Method(method);
        }

        writer.Line();
        writer.Line($"private {Known.Client} Calls => _client ?? throw new global::System.InvalidOperationException(\"this {service.Name} client was made without a client to call by: override its methods\");");
        if (hasIdempotent)
        {
            writer.Line();
            writer.Line("// The contract says that these calls may be repeated; what the caller says counts more.");
            writer.Line($"private static {Known.CallOptions} Repeatable({Known.CallOptions}? options) =>");
            writer.More("options is null ? _repeatable : options.Idempotent is null ? options with { Idempotent = true } : options;");
        }
    }

    private void Constructors()
    {
        writer.Line($"/// <summary>Makes a client of {service.Name}.</summary>");
        writer.Parameter("client", "What calls; stays the caller's.");
        writer.Parameter("service", "Name of the service in the registry.");
        writer.Block($"public {_class}({Known.Client} client, string service = {serviceName})", () =>
        {
            writer.Line("global::System.ArgumentNullException.ThrowIfNull(client);");
            writer.Line("global::System.ArgumentException.ThrowIfNullOrEmpty(service);");
            writer.Line("_client = client;");
            writer.Line("_service = service;");
        });
        writer.Line();
        writer.Line("/// <summary>For what stands in for it in tests: every method that is called must be overridden.</summary>");
        writer.Line($"protected {_class}() => _service = {serviceName};");
    }

    private void Method(Method method)
    {
        writer.Summary(method.Comment, $"Calls <c>{method.Endpoint}</c>.");
        switch (method.Kind)
        {
            case MethodKind.Unary:
                Call(
                    method,
                    ("request", "The request.", method.Request),
                    Known.Task(method.Response),
                    "The response.",
                    $"Calls.CallAsync<{method.Request}, {method.Response}>(_service, \"{method.Endpoint}\", request, {(IsRepeatable(method) ? "Repeatable(options)" : "options")}, cancellationToken);");
                break;
            case MethodKind.ServerStream:
                Call(
                    method,
                    ("request", "The request.", method.Request),
                    Known.Stream(method.Response),
                    "The messages of the answer; asking for the first opens the stream, asking no more ends it.",
                    $"{Known.StreamCalls}.ServerStreamAsync<{method.Request}, {method.Response}>(Calls, _service, \"{method.Endpoint}\", request, options, cancellationToken);");
                break;
            case MethodKind.ClientStream:
                Call(
                    method,
                    ("requests", "The messages to send.", Known.Stream(method.Request)),
                    Known.Task(method.Response),
                    "The response.",
                    $"{Known.StreamCalls}.ClientStreamAsync<{method.Request}, {method.Response}>(Calls, _service, \"{method.Endpoint}\", requests, options, cancellationToken);");
                break;
            default:
                Call(
                    method,
                    null,
                    Known.Task(Known.ClientStream(method)),
                    "The open stream; dispose it.",
                    $"Calls.OpenStreamAsync<{method.Request}, {method.Response}>(_service, \"{method.Endpoint}\", options, cancellationToken);");
                break;
        }
    }

    private void Call(Method method, (string Name, string Text, string Type)? input, string result, string resultText, string body)
    {
        if (input is var (name, text, _))
        {
            writer.Parameter(name, text);
        }

        writer.Parameter("options", "What this call does differently, or <see langword=\"null\"/>.");
        writer.Parameter("cancellationToken", $"Ends the call with <see cref=\"{Known.Cancelled}\"/>.");
        writer.Returns(resultText);
        writer.Throws(Known.Error, "The call failed: code, kind, node and number of attempts say how.");
        writer.Throws(Known.Cancelled, "The caller cancelled.");
        Deprecated(method.IsDeprecated, method.Endpoint);
        writer.Line($"public virtual {result} {method.Name}Async({(input is var (parameter, _, type) ? $"{type} {parameter}, " : "")}{CallParameters}) =>");
        writer.More(body);
    }

    /// <summary>Callers are warned; handlers are not, they have to serve old callers.</summary>
    private void Deprecated(bool isDeprecated, string name)
    {
        if (isDeprecated)
        {
            writer.Line($"[global::System.Obsolete(\"{name} is deprecated in its .proto file.\")]");
        }
    }

    private static bool IsRepeatable(Method method) => method is { Kind: MethodKind.Unary, IsIdempotent: true };
}
