using Micro;
using TemplateNamespace;

await using var service = MicroService.Create(o => o.Name("template-service-name"), args);
service.Handle(new GreeterService());
return await service.RunAsync();
