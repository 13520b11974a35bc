using System.CommandLine;
using Grpc.Core;
using Micro;
using TemplateNamespace;

var name = new Option<string>("--name") { Description = "name to greet", DefaultValueFactory = _ => "world" };
var whom = "";
await using var service = MicroService.Create(
    o => o.Name("template-service-name.client").Flags(name).Action(parsed => whom = parsed.GetValue(name)!),
    args);
if (args.Contains("--help") || args.Contains("--settings"))
{
    return await service.RunAsync();
}

try
{
    var greeter = new Greeter.GreeterClient(service.Client.AsCallInvoker("template-service-name"));
    var response = await greeter.HelloAsync(new HelloRequest { Name = whom });
    Console.WriteLine(response.Msg);
    return 0;
}
catch (MicroConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (RpcException exception)
{
    await Console.Error.WriteLineAsync($"error {exception.StatusCode}: {exception.Status.Detail}");
    return 1;
}
