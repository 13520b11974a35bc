using Micro.Generators.Model;

namespace Micro.Generators.Writing;

/// <summary>Writes the class that adds handlers to a server.</summary>
internal sealed class BindingWriter(CodeWriter writer, Contract contract)
{
    private const string Configure = $"global::System.Action<{Known.HandlerOptions}>? configure = null";
    private const string NewEmpty = $"new {Known.Empty}()";

    private const string Create = $"global::System.Func<{Known.Context}, THandler>";
    private const string TypeParameter = "/// <typeparam name=\"THandler\">Type of the handler; its attributes apply to the endpoints.</typeparam>";

    private string Constraint => $"where THandler : class, {contract.Interface}";

    private string Handle => $"Handle{contract.TypePrefix}";

    public void Write()
    {
        writer.Line($"/// <summary>Adds handlers of the contract <see cref=\"{contract.Interface}\"/> without reflection.</summary>");
        writer.Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Micro.Generators\", null)]");
        writer.Block($"{contract.Accessibility} static partial class {contract.Companion}", Members);
    }

    private void Members()
    {
        writer.Line("/// <summary>Default name of the service in the registry.</summary>");
        writer.Line($"public const string ServiceName = {Known.Literal(contract.Service)};");
        writer.Line();
        writer.Line("/// <summary>Binds one object for all calls.</summary>");
        writer.Line("/// <param name=\"handler\">The handler; called by many threads at once.</param>");
        writer.Line("/// <returns>The handler for a server or host.</returns>");
        writer.Block($"public static {Known.ContractHandler} Bind({contract.Interface} handler)", () =>
        {
            writer.Line($"{Known.Null}.ThrowIfNull(handler);");
            writer.Line("return new Binding(_ => handler, handler.GetType());");
        });
        writer.Line();
        writer.Line("/// <summary>Binds an object for each call.</summary>");
        writer.Line(TypeParameter);
        writer.Line("/// <param name=\"create\">Returns the handler of a call, usually from the services of its context, whose scope disposes it.</param>");
        writer.Line("/// <returns>The handler for a server or host.</returns>");
        writer.Line($"public static {Known.ContractHandler} Bind<THandler>({Create} create)");
        writer.More(Constraint);
        writer.Block(null, () =>
        {
            writer.Line($"{Known.Null}.ThrowIfNull(create);");
            writer.Line("return new Binding(create, typeof(THandler));");
        });
        if (contract.Outer.Count == 0)
        {
            Extensions();
            if (contract.HasService)
            {
                BuilderExtension();
            }
        }

        writer.Line();
        Binding();
    }

    private void Extensions()
    {
        foreach (var (name, text, parameter) in new[]
        {
            ("handler", "The handler; called by many threads at once.", contract.Interface),
            ("create", "Returns the handler of a call, usually from the services of its context, whose scope disposes it.", Create),
        })
        {
            var isPerCall = name == "create";
            writer.Line();
            writer.Line($"/// <summary>Adds the endpoints of the contract{(isPerCall ? ", each call on a new object" : "")}.</summary>");
            if (isPerCall)
            {
                writer.Line(TypeParameter);
            }

            writer.Line("/// <param name=\"endpoints\">The server or service.</param>");
            writer.Line($"/// <param name=\"{name}\">{text}</param>");
            writer.Line("/// <param name=\"configure\">Name, visibility and metadata.</param>");
            writer.Line("/// <exception cref=\"global::System.ArgumentException\">The name is in use.</exception>");
            writer.Line("/// <exception cref=\"global::System.InvalidOperationException\">The server was started.</exception>");
            writer.Line($"public static void {Handle}{(isPerCall ? "<THandler>" : "")}(this {Known.Endpoints} endpoints, {parameter} {name}, {Configure})");
            if (isPerCall)
            {
                writer.More(Constraint);
            }

            writer.Block(null, () => writer.Line($"global::Micro.MicroHandlerExtensions.Handle(endpoints, Bind({name}), configure);"));
        }
    }

    private void BuilderExtension()
    {
        writer.Line();
        writer.Line("/// <summary>");
        writer.Line("/// Adds the endpoints of the contract. Each call gets a scope of the container and the handler from it; scope and handler are");
        writer.Line("/// disposed after the response is encoded or the stream has ended.");
        writer.Line("/// </summary>");
        writer.Line("/// <typeparam name=\"THandler\">Type of the handler; registered as scoped unless registered already.</typeparam>");
        writer.Line("/// <param name=\"builder\">The builder of the service.</param>");
        writer.Line("/// <param name=\"configure\">Name, visibility and metadata.</param>");
        writer.Line("/// <returns>The builder.</returns>");
        writer.Line($"public static {Known.Builder} {Handle}<[{Known.Constructors}] THandler>(this {Known.Builder} builder, {Configure})");
        writer.More(Constraint);
        writer.Block(null, () =>
        {
            writer.Line($"{Known.Null}.ThrowIfNull(builder);");
            writer.Line("global::Microsoft.Extensions.DependencyInjection.Extensions.ServiceCollectionDescriptorExtensions.TryAddScoped<THandler>(builder.Services);");
            writer.Line("return global::Microsoft.Extensions.DependencyInjection.MicroBuilderExtensions.Handle(");
            writer.More("builder,");
            writer.More("new Binding(static context => global::Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<THandler>(context.Services), typeof(THandler)),");
            writer.More("configure);");
        });
    }

    private void Binding() => writer.Block($"private sealed class Binding(global::System.Func<{Known.Context}, {contract.Interface}> create, global::System.Type handler) : {Known.ContractHandler}", () =>
        writer.Block($"void {Known.ContractHandler}.AddTo({Known.ContractBinder} binder)", () =>
        {
            if (contract.JsonContext is { } context)
            {
                writer.Line($"global::System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver types = {context}.Default;");
            }

            foreach (var method in contract.Methods)
            {
                Endpoint(method);
            }
        }));

    private void Endpoint(ContractMethod method)
    {
        writer.Line($"binder.{method.Kind}<{method.Request}, {method.Response ?? Known.Empty}>(");
        writer.More($"new {Known.Endpoint}({Known.Literal(method.Endpoint)})");
        writer.More("{");
        foreach (var property in Properties(method))
        {
            writer.More($"    {property},");
        }

        writer.More("},");

        var parameter = method.TakesStream ? "requests" : "request";
        var call = $"create(context).{Known.Name(method.Name)}({Arguments(method, parameter)})";
        if (method.Response is null)
        {
            writer.More($"async ({parameter}, context) =>");
            writer.More("{");
            writer.More($"    await {call}.ConfigureAwait(false);");
            writer.More($"    return {NewEmpty};");
            writer.More("});");
            return;
        }

        writer.More($"({parameter}, context) => {call}{(method.ReturnKind == ReturnKind.ValueTask ? ".AsTask()" : "")});");
    }

    private List<string> Properties(ContractMethod method)
    {
        var properties = new List<string> { $"Attributes = {Known.HandlerAttributes}.Of(typeof({contract.Interface}), handler, {Known.Literal(method.Name)})" };
        if (method.IsIdempotent)
        {
            properties.Add("Idempotent = true");
        }

        if (contract.JsonContext is not null)
        {
            properties.Add("JsonTypes = types");
        }

        return properties;
    }

    private static string Arguments(ContractMethod method, string request)
    {
        const string Token = "context.CancellationToken";
        return method switch
        {
            { TokenName: null } => request,
            { IsTokenFirst: true } => $"{Token}, {request}",
            _ => $"{request}, {Token}",
        };
    }
}
