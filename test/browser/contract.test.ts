import '../contract/contract.test.ts';
