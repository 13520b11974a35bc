using Micro.Generators.Model;

namespace Micro.Generators.Writing;

/// <summary>Writes the client: the methods of the interface, each with an overload that takes call options.</summary>
internal sealed class ClientWriter(CodeWriter writer, Contract contract)
{
    private readonly bool _hasIdempotent = contract.Methods.Any(IsRepeatable);
    private readonly MemberNames _names = new(contract);

    public void Write()
    {
        writer.Line($"/// <summary>Calls services of the contract <see cref=\"{contract.Interface}\"/>. Safe for concurrent use.</summary>");
        writer.Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Micro.Generators\", null)]");
        Obsolete(contract.Obsolete);
        writer.Block($"{contract.Accessibility} sealed partial class {contract.Client} : {contract.Interface}", Members);
    }

    private void Members()
    {
        writer.Line($"private readonly {Known.Client} {_names.Client};");
        writer.Line($"private readonly string {_names.Service};");
        writer.Line($"private readonly {Known.CallOptions}? {_names.Options};");
        if (_hasIdempotent)
        {
            writer.Line($"private readonly {Known.CallOptions} {_names.Repeatable};");
        }

        writer.Line();
        Constructor();
        foreach (var method in contract.Methods)
        {
            writer.Line();
            Method(method);
        }

        Helpers();
    }

    private void Constructor()
    {
        writer.Line("/// <summary>Creates a client of the contract.</summary>");
        writer.Line("/// <param name=\"client\">The client that sends the calls; not disposed.</param>");
        writer.Line("/// <param name=\"service\">Name of the service in the registry.</param>");
        writer.Line("/// <param name=\"options\">Default options of calls, or <see langword=\"null\"/> for those of the client.</param>");
        writer.Block($"public {contract.Client}({Known.Client} client, string service = {contract.FullCompanion}.ServiceName, {Known.CallOptions}? options = null)", () =>
        {
            writer.Line($"{Known.Null}.ThrowIfNull(client);");
            writer.Line("global::System.ArgumentException.ThrowIfNullOrEmpty(service);");
            writer.Line($"{_names.Client} = client;");
            writer.Line($"{_names.Service} = service;");
            writer.Line($"{_names.Options} = {(contract.JsonContext is null ? "options" : $"{_names.AddTypes}(options)")};");
            if (_hasIdempotent)
            {
                writer.Line($"{_names.Repeatable} = {_names.AllowRepeat}({_names.Options});");
            }
        });
    }

    private void Method(ContractMethod method)
    {
        var request = Known.Name(method.RequestName);
        var requestType = method.TakesStream ? Known.Sequence(method.Request) : method.Request;
        var name = Known.Name(method.Name);
        var token = method.TokenName is null ? null : $"{Known.CancellationToken} {Known.Name(method.TokenName)} = default";

        writer.Line("/// <inheritdoc/>");
        Obsolete(method.Obsolete);
        writer.Line($"public {ReturnType(method)} {name}({Signature()}) =>");
        writer.More($"this.{name}({request}, null, {(method.TokenName is null ? "default" : Known.Name(method.TokenName))});");
        writer.Line();

        var options = MemberNames.Free("options", [method.RequestName, method.TokenName]);
        var cancellation = method.TokenName is null ? MemberNames.Free("cancellationToken", [method.RequestName]) : Known.Name(method.TokenName);
        writer.Line($"/// <summary>Calls <c>{method.Endpoint}</c> with call options.</summary>");
        writer.Line($"/// <param name=\"{method.RequestName}\">{(method.TakesStream ? "The messages to send." : "The request.")}</param>");
        writer.Line($"/// <param name=\"{options}\">Options of this call, or <see langword=\"null\"/> for the defaults of the client.</param>");
        writer.Line($"/// <param name=\"{cancellation.TrimStart('@')}\">Ends the call with <see cref=\"{Known.Cancelled}\"/>.</param>");
        writer.Line($"/// <returns>{(method.GivesStream ? "The response messages. Reading the first opens the stream; disposing the enumerator ends it." : "The response.")}</returns>");
        writer.Line($"/// <exception cref=\"{Known.Error}\">The call failed; see its code, kind, node and attempts.</exception>");
        writer.Line($"/// <exception cref=\"{Known.Cancelled}\">The caller cancelled.</exception>");
        Obsolete(method.Obsolete);
        writer.Line($"public {ReturnType(method)} {name}({requestType} {request}, {Known.CallOptions}? {options}, {Known.CancellationToken} {cancellation} = default) =>");
        writer.More($"{Wrap(method, Call(method, request, options, cancellation))};");

        string Signature() => method switch
        {
            { TokenName: null } => $"{requestType} {request}",
            { IsTokenFirst: true } => $"{Known.CancellationToken} {Known.Name(method.TokenName)}, {requestType} {request}",
            _ => $"{requestType} {request}, {token}",
        };
    }

    private string Call(ContractMethod method, string request, string options, string cancellation)
    {
        var own = IsRepeatable(method) ? _names.Repeatable : _names.Options;
        var typed = contract.JsonContext is null ? options : $"{_names.AddTypes}({options})";
        var given = (contract.JsonContext, IsRepeatable(method)) switch
        {
            (null, false) => $"{options} ?? {own}",
            (_, true) => $"{options} is null ? {own} : {_names.AllowRepeat}({typed})",
            _ => $"{options} is null ? {own} : {typed}",
        };
        var arguments = $"{_names.Service}, {Known.Literal(method.Endpoint)}, {request}, {given}, {cancellation}";
        var types = $"<{method.Request}, {method.Response ?? Known.Empty}>";
        return method.Kind == EndpointKind.Unary
            ? $"{_names.Client}.CallAsync{types}({arguments})"
            : $"{Known.StreamCalls}.{method.Kind}Async{types}({_names.Client}, {arguments})";
    }

    private void Helpers()
    {
        if (contract.JsonContext is { } context)
        {
            writer.Line();
            writer.Line("// The JSON types of the contract apply unless the caller sets others.");
            writer.Line($"private static {Known.CallOptions} {_names.AddTypes}({Known.CallOptions}? options) =>");
            writer.More(
                $"options is null ? new {Known.CallOptions} {{ JsonTypes = {context}.Default }} : options.JsonTypes is null ? options with {{ JsonTypes = {context}.Default }} : options;");
        }

        if (_hasIdempotent)
        {
            writer.Line();
            writer.Line("// The contract marks these calls as idempotent unless the caller overrides it.");
            writer.Line($"private static {Known.CallOptions} {_names.AllowRepeat}({Known.CallOptions}? options) =>");
            writer.More($"options is null ? new {Known.CallOptions} {{ Idempotent = true }} : options.Idempotent is null ? options with {{ Idempotent = true }} : options;");
        }
    }

    private void Obsolete(string? attribute)
    {
        if (attribute is not null)
        {
            writer.Line(attribute);
        }
    }

    private static string ReturnType(ContractMethod method) => method.ReturnKind switch
    {
        ReturnKind.Stream => Known.Sequence(method.Response!),
        ReturnKind.ValueTask => Known.ValueTask(method.Response),
        _ => Known.Task(method.Response),
    };

    private static string Wrap(ContractMethod method, string call) => method.ReturnKind == ReturnKind.ValueTask ? $"new {Known.ValueTask(method.Response)}({call})" : call;

    private static bool IsRepeatable(ContractMethod method) => method is { Kind: EndpointKind.Unary, IsIdempotent: true };
}
