// A custom registry, selected by name like the built-in ones. In two shells:
//   dotnet run --project samples/CustomRegistry -- server --registry=file
//   dotnet run --project samples/CustomRegistry -- client --registry=file
// --registry_address=FOLDER selects the directory; the default is micro-registry in the directory for temporary files.
using CustomRegistrySample;
using Micro;

static MicroServiceOptions Prepare(MicroServiceOptions options) => options.AddRegistry("file", context => new FileRegistry(
    context.Addresses is [var folder, ..] ? folder : Path.Combine(Path.GetTempPath(), "micro-registry"), context.TimeProvider, context.LoggerFactory));

if (args is ["server", .. var serverArgs])
{
    await using var server = MicroService.Create(o => Prepare(o).Name("greeter").Metadata("pid", $"{Environment.ProcessId}"), serverArgs);
    server.Handle<HelloRequest, HelloResponse>("Greeter.Hello", (request, _) => Task.FromResult(new HelloResponse($"Hello {request.Name} from process {Environment.ProcessId}")));
    return await server.RunAsync();
}

if (args is ["client", .. var clientArgs])
{
    await using var client = MicroService.Create(o => Prepare(o).Name("greeter.client").ClientOnly(), clientArgs);
    try
    {
        var response = await client.Client.CallAsync<HelloRequest, HelloResponse>("greeter", "Greeter.Hello", new HelloRequest("Anna"));
        Console.WriteLine(response.Msg);
        Console.WriteLine($"found by registry '{client.Registry.Name}'");
        return 0;
    }
    catch (MicroException error)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}

Console.Error.WriteLine("usage: server [flags] | client [flags], with --registry=file");
return 2;
