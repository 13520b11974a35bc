using Micro.Contracts.Model;

namespace Micro.Contracts.Writing;

/// <summary>Writes the base class of handlers.</summary>
/// <param name="writer">Takes the text.</param>
/// <param name="service">The service.</param>
/// <param name="descriptor">Full name of the property with the service's descriptor: an rpc may have its simple name.</param>
internal sealed class HandlerWriter(CodeWriter writer, Service service, string descriptor)
{
    private readonly string _class = Known.Member("HandlerBase", service.Name);

    public void Write()
    {
        writer.Line("/// <summary>");
        writer.Line($"/// Base of handlers of {service.Name}: override what is offered, all else answers 501. Many threads call a handler at once.");
        writer.Line("/// </summary>");
        writer.Block($"public abstract partial class {_class} : {Known.ContractHandler}", Members);
    }

    private void Members()
    {
        foreach (var method in service.Methods)
        {
            Method(method);
            writer.Line();
        }

        writer.Block($"void {Known.ContractHandler}.AddTo({Known.ContractBinder} binder)", () =>
        {
            foreach (var method in service.Methods)
            {
                writer.Line(
                    $"binder.{method.Kind}<{method.Request}, {method.Response}>({descriptor}.Methods[{method.Index}], \"{method.Endpoint}\", {NameOf(method)});");
            }
        });
        writer.Line();
        writer.Block($"static void {Known.ContractHandler}.AddTo({Known.ContractBinder} binder, {Known.HandlerOfCall} create)", () =>
        {
            foreach (var method in service.Methods)
            {
                writer.Line($"binder.{method.Kind}<{method.Request}, {method.Response}>({descriptor}.Methods[{method.Index}], \"{method.Endpoint}\",");
                writer.More($"(message, context) => (({_class})create(context)).{NameOf(method)}(message, context));");
            }
        });
    }

    private void Method(Method method)
    {
        var takesStream = method.Kind is MethodKind.ClientStream or MethodKind.BidirectionalStream;
        var givesStream = method.Kind is MethodKind.ServerStream or MethodKind.BidirectionalStream;
        var parameter = takesStream ? "requests" : "request";
        writer.Summary(method.Comment, $"Handles <c>{method.Endpoint}</c>.");
        writer.Parameter(parameter, takesStream ? "The messages of the client, until it has no more." : "The request.");
        writer.Parameter("context", "The call: metadata, deadline and cancellation.");
        writer.Returns(givesStream ? "The messages of the answer; the stream ends with them." : "The response.");
        writer.Line(
            $"public virtual {(givesStream ? Known.Stream(method.Response) : Known.Task(method.Response))} {NameOf(method)}("
            + $"{(takesStream ? Known.Stream(method.Request) : method.Request)} {parameter}, {Known.Context} context) =>");
        writer.More($"throw {Known.Error}.NotImplemented(context.Service, \"{method.Endpoint} is not implemented\");");
    }

    private string NameOf(Method method) => Known.Member(method.Name, _class);
}
