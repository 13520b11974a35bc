using Micro.Contracts.Model;
using Micro.Contracts.Naming;

namespace Micro.Contracts.Writing;

/// <summary>Writes the class that holds what belongs to a service.</summary>
internal sealed class ServiceWriter(CodeWriter writer, ContractFile file, Service service, bool isInternal, ServiceParts parts)
{
    public void Write()
    {
        writer.Summary(service.Comment, $"The service {service.Name} of {file.Name}.");
        writer.Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Micro.Contracts\", null)]");
        writer.Block($"{(isInternal ? "internal" : "public")} static partial class {service.Name}", Members);
    }

    private void Members()
    {
        var serviceName = Known.Member("ServiceName", service.Name);
        var descriptor = Known.Member("Descriptor", service.Name);
        writer.Line("/// <summary>Name in the registry that clients ask for unless they are given another.</summary>");
        writer.Line($"public const string {serviceName} = \"{service.RegistryName}\";");
        writer.Line();
        writer.Line("/// <summary>The service as declared.</summary>");
        writer.Line($"public static {Known.ServiceDescriptor} {descriptor} => {file.Reflection}.Descriptor.Services[{service.Index}];");
        if (parts.HasFlag(ServiceParts.Server))
        {
            writer.Line();
            new HandlerWriter(writer, service, $"{CSharpName.Global(file.Namespace, service.Name)}.{descriptor}").Write();
        }

        if (parts.HasFlag(ServiceParts.Client))
        {
            writer.Line();
            new ClientWriter(writer, service, serviceName).Write();
        }
    }
}
